/** What the customer is told about a change. */
import { describe, expect, it } from 'vitest';

import { localeFor } from '@furlong/club';

import { CLUB, OPTION, PAYLOAD } from './example';
import type { Change } from '../packages/client/src/changes/intention';
import { NO_NOTICE, noticeOf } from '../packages/club/src/changes/notice';
import { doneText, pendingText } from '../packages/club/src/tracker/Notices';
import type { ClubError } from '../packages/client/src/operations/types';

const CHANGE: Change = { kind: 'opt-in', brand: 'northbet', termsVersion: '2' };

describe('noticeOf', () => {
  it.each(['done', 'pending'] as const)('tells %s as the answer does, and keeps the change at hand', (kind) => {
    expect(noticeOf(CHANGE, { kind, payload: PAYLOAD })).toEqual({ kind, change: CHANGE });
  });

  it('tells each refusal by its code', () => {
    const errors: readonly ClubError[] = [{ code: 'TERMS_OUTDATED', message: 'v1 != v2' }];
    expect(noticeOf(CHANGE, { kind: 'refused', payload: { ...PAYLOAD, errors }, errors })).toEqual({ kind: 'refused', errors });
  });

  it('keeps the change at hand when its outcome is unknown, so that it can be tried again', () => {
    expect(noticeOf(CHANGE, { kind: 'unknown' })).toMatchObject({ kind: 'unknown', change: CHANGE });
  });
});

describe('pendingText', () => {
  const locale = localeFor(['en-GB']);
  const pendingChoice = CLUB.choice === null ? null : { ...CLUB.choice, pending: true };

  it('is null when nothing is being confirmed', () => {
    expect(pendingText(CLUB, NO_NOTICE, locale)).toBeNull();
  });

  it.each([
    [false, 'Your request to join is being confirmed'],
    [true, 'Your request to leave is being confirmed'],
  ])('tells of a membership change, and which: %s', (optedIn, text) => {
    const membership = { ...CLUB.membership, optedIn, pending: true };
    expect(pendingText({ ...CLUB, membership }, NO_NOTICE, locale)).toContain(text);
  });

  it('tells that a choice is being confirmed', () => {
    expect(pendingText({ ...CLUB, choice: pendingChoice }, NO_NOTICE, locale)).toContain('choice of reward is being confirmed');
  });

  it('names the reward that was asked for, and not the one that stands', () => {
    const asked: Change = { kind: 'change-reward', brand: 'northbet', optionId: 'boost', expectedVersion: 0 };
    const club = { ...CLUB, choice: pendingChoice, options: [OPTION, { ...OPTION, id: 'boost', title: '25% bet boost' }] };
    expect(pendingText(club, { kind: 'pending', change: asked }, locale)).toContain('Your choice of 25% bet boost');
  });
});

describe('doneText', () => {
  const locale = localeFor(['en-GB']);
  const joined = { ...CLUB, membership: { ...CLUB.membership, optedIn: true } };
  const outside = { ...CLUB, membership: { ...CLUB.membership, optedIn: false } };

  it('tells of a change that was confirmed later, as of one that was made at once', () => {
    const asked = { kind: 'pending', change: CHANGE } as const;
    expect(doneText(joined, asked, locale)).toBe('You’ve joined the club.');
    expect(doneText(outside, asked, locale)).toBeNull();
    expect(doneText(outside, { kind: 'pending', change: { kind: 'opt-out', brand: 'northbet' } }, locale)).toContain('left');
  });

  it('names the chosen reward once it is confirmed', () => {
    const change: Change = { kind: 'change-reward', brand: 'northbet', optionId: OPTION.id, expectedVersion: 0 };
    const club = { ...joined, choice: CLUB.choice === null ? null : { ...CLUB.choice, option: OPTION } };
    expect(doneText(club, { kind: 'pending', change }, locale)).toContain(OPTION.title);
    expect(doneText(club, { kind: 'pending', change: { ...change, optionId: 'other' } }, locale)).toBeNull();
  });

  it('tells of nothing that was not made', () => {
    expect(doneText(joined, NO_NOTICE, locale)).toBeNull();
    expect(doneText(joined, { kind: 'unknown', change: CHANGE }, locale)).toBeNull();
  });
});
