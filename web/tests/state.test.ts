/** What the tracker knows after what happened. */
import { describe, expect, it } from 'vitest';

import { CLUB, PAYLOAD } from './example';
import type { GraphQLFault } from '../packages/client/src/transport/ask';
import type { Club } from '../packages/client/src/operations/types';
import { NOTHING, reduceTracker, type ShownClub, type Tracker } from '../packages/club/src/state/state';

function answered(club: Club | null, faults: readonly GraphQLFault[] = [], before: Tracker = NOTHING): Tracker {
  return reduceTracker(before, { type: 'answered', answer: { data: { club }, faults }, at: 7 });
}

const SHOWN: ShownClub = { kind: 'club', club: CLUB, readAt: 7, stale: false, unreached: [] };

describe('an answer', () => {
  it('shows the club as read', () => {
    expect(answered(CLUB)).toEqual(SHOWN);
  });

  it('without a club and without a fault means an anonymous visitor', () => {
    expect(answered(null)).toEqual({ kind: 'anonymous' });
  });

  it('that is forbidden takes away what was shown', () => {
    const faults = [{ message: 'no', path: ['club'], extensions: { code: 'FORBIDDEN' } }];
    expect(answered(null, faults, SHOWN)).toEqual({ kind: 'forbidden' });
  });

  it('without a club by a fault leaves what was shown, as stale', () => {
    expect(answered(null, [{ message: 'down', path: ['club'] }], SHOWN)).toEqual({ ...SHOWN, stale: true });
  });

  it('without a club by a fault says so when nothing was known, and leaves no empty space', () => {
    expect(answered(null, [{ message: 'down', path: ['club'] }])).toEqual({ kind: 'unreached' });
    expect(reduceTracker(NOTHING, { type: 'failed', status: 0 })).toEqual({ kind: 'unreached' });
    expect(reduceTracker(NOTHING, { type: 'overdue' })).toBe(NOTHING);
  });

  it('keeps the last known part when the newest cannot be reached', () => {
    const faults = [{ message: 'down', path: ['club', 'options'] }];
    const progress = CLUB.progress === null ? null : { ...CLUB.progress, percent: 40 };
    expect(answered({ ...CLUB, options: null, progress }, faults, SHOWN)).toEqual({
      ...SHOWN,
      club: { ...CLUB, progress },
      unreached: ['options'],
    });
  });

  it('does not keep a part that is null without a fault', () => {
    expect(answered({ ...CLUB, choice: null }, [], SHOWN)).toMatchObject({ club: { choice: null }, unreached: [] });
  });

  it('never keeps a part of another customer or week', () => {
    const faults = [{ message: 'down', path: ['club', 'options'] }];
    const other = { ...CLUB, id: 'club-2', options: null };
    expect(answered(other, faults, SHOWN)).toMatchObject({ club: { id: 'club-2', options: null } });
  });

  it('after a stale moment is fresh again', () => {
    expect(answered(CLUB, [], { ...SHOWN, stale: true })).toEqual(SHOWN);
  });
});

describe('a late or failed read', () => {
  it.each([{ type: 'overdue' }, { type: 'failed', status: 503 }] as const)('leaves what is shown, as stale: %j', (event) => {
    expect(reduceTracker(SHOWN, event)).toEqual({ ...SHOWN, stale: true });
  });

  it('shows nothing when nothing is known', () => {
    expect(reduceTracker(NOTHING, { type: 'overdue' })).toBe(NOTHING);
  });

  it('for an ended session takes away what was shown', () => {
    expect(reduceTracker(SHOWN, { type: 'failed', status: 401 })).toEqual({ kind: 'signed-out' });
  });
});

describe('a change', () => {
  it('lays its part of the club over what is shown', () => {
    const after = reduceTracker(SHOWN, { type: 'changed', payload: PAYLOAD });
    expect(after).toMatchObject({
      club: {
        state: 'NOT_OPTED_IN',
        membership: { optedIn: false, version: 2, canOptIn: false },
        progress: { percent: 20, target: { minor: 2500 } },
        choice: { version: 1, option: { title: 'Bet boost' }, locksAt: CLUB.choice?.locksAt },
        options: CLUB.options,
      },
    });
  });

  it('that could not reach a part leaves that part', () => {
    const payload = { ...PAYLOAD, club: { ...PAYLOAD.club, state: null, progress: null, choice: null } };
    expect(reduceTracker(SHOWN, { type: 'changed', payload })).toMatchObject({
      club: { state: 'TRACKING', progress: CLUB.progress, choice: CLUB.choice },
    });
  });

  it.each([
    ['without a club', { errors: [], club: null }],
    ['of another club', { errors: [], club: { ...PAYLOAD.club, id: 'club-2' } }],
  ])('%s changes nothing', (_, payload) => {
    expect(reduceTracker(SHOWN, { type: 'changed', payload })).toBe(SHOWN);
  });
});
