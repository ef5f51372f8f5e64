/** What the customer is told about a change. */
import { describe, expect, it } from 'vitest';

import { CLUB, PAYLOAD } from './example';
import type { Change } from '../src/changes/change';
import { noticeOf, pendingText } from '../src/changes/notice';
import type { ClubError } from '../src/graphql/types';

const CHANGE: Change = { kind: 'opt-in', brand: 'northbet', termsVersion: '2' };

function noticeAfter(...errors: readonly ClubError[]) {
  return noticeOf(CHANGE, { kind: 'answered', payload: { ...PAYLOAD, errors } });
}

describe('noticeOf', () => {
  it('tells success only when the answer has no errors', () => {
    expect(noticeAfter()).toMatchObject({ kind: 'done' });
  });

  it('tells no success while the upstream has not confirmed, and keeps the change at hand', () => {
    expect(noticeAfter({ code: 'UPSTREAM_PENDING', message: '' })).toEqual({ kind: 'pending', change: CHANGE });
  });

  it('tells each refusal in words of our own', () => {
    const notice = noticeAfter({ code: 'TERMS_OUTDATED', message: 'v1 != v2' });
    expect(notice).toEqual({ kind: 'refused', texts: [expect.stringContaining('terms have changed')] });
  });

  it('falls back to the words of the service for a code it does not know', () => {
    const unknown = { code: 'NEW_RULE', message: 'A new rule.' } as unknown as ClubError;
    expect(noticeAfter(unknown)).toEqual({ kind: 'refused', texts: ['A new rule.'] });
  });

  it('keeps the change at hand when its outcome is unknown, so that it can be tried again', () => {
    expect(noticeOf(CHANGE, { kind: 'unknown' })).toMatchObject({ kind: 'unknown', change: CHANGE });
  });
});

describe('pendingText', () => {
  it('is null when nothing is being confirmed', () => {
    expect(pendingText(CLUB)).toBeNull();
  });

  it('tells that a membership change is being confirmed', () => {
    const membership = { ...CLUB.membership, pending: true };
    expect(pendingText({ membership, choice: null })).toContain('membership change is being confirmed');
  });

  it('tells that a choice is being confirmed', () => {
    const choice = CLUB.choice === null ? null : { ...CLUB.choice, pending: true };
    expect(pendingText({ membership: CLUB.membership, choice })).toContain('choice of reward is being confirmed');
  });
});
