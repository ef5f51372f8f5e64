/** What a receipt says that a placed bet did to the club. */
import { localeFor } from '@furlong/club';
import { describe, expect, it } from 'vitest';

import { landedInWords } from '../demo/betting/LandedBet';
import type { RecentBet } from '../packages/client/src/operations/types';
import { CLUB, money } from './example';

const locale = localeFor(['en-GB']);
const BET: RecentBet = {
  betId: 'b-1',
  placedAt: '2026-03-25T14:03:11Z',
  stake: money(500),
  counted: money(500),
  reason: 'COUNTED',
  oddsMilli: 2500,
  minOddsMilli: 1500,
  minStake: money(100),
};
const progress = CLUB.progress && { ...CLUB.progress, staked: money(2000) };
const club = { ...CLUB, progress };
const outside = { ...club, state: 'NOT_OPTED_IN' } as const;

describe('a placed bet', () => {
  it('says how much it added, and where that has led', () => {
    expect(landedInWords(BET, club, locale)).toBe('Added £5.00 to your rewards club: £20.00 of £25.00.');
  });

  it('says no more than the target', () => {
    const over = progress && { ...progress, staked: money(2750), percent: 100, qualified: true };
    expect(landedInWords(BET, { ...club, progress: over }, locale)).toContain('£25.00 of £25.00');
  });

  it('says why it did not count, with the numbers that decided', () => {
    const short: RecentBet = { ...BET, counted: money(0), reason: 'BELOW_MIN_ODDS', oddsMilli: 1200 };
    expect(landedInWords(short, club, locale)).toMatch(/1\.20.*1\.50/u);
    expect(landedInWords({ ...BET, counted: money(0), reason: 'VOID' }, club, locale)).toBe(locale.words.contributions.VOID);
  });

  it('tells who is outside the club what joining would make of it, and never that it is being added', () => {
    expect(landedInWords(BET, outside, locale)).toBe('Join the rewards club and this bet adds £5.00: £20.00 of £25.00.');
    expect(landedInWords(null, outside, locale)).toBe('');
    expect(landedInWords({ ...BET, counted: money(0), reason: 'VOID' }, outside, locale)).toBe('');
    expect(landedInWords(BET, { ...outside, paused: true }, locale)).toBe('');
  });
});
