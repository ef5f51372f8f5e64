/** Free bets of the club on the slip: which may pay, for what, what they return, and what is said of them. */
import { localeFor } from '@furlong/club';
import { describe, expect, it } from 'vitest';

import { betBook } from '../demo/betting/book';
import { type FreeBet, freeBetsOf, obstacleOf } from '../demo/betting/freeBets';
import { EN } from '../demo/betting/messages/en';
import { inputOf } from '../demo/betting/request';
import { toldOf } from '../demo/betting/telling';
import { partOf, refusedInWords, titleOfBet } from '../demo/betting/words';
import { idOf, type Picked, standingOf } from '../demo/events/picked';
import { offersOf } from '../demo/events/offers';
import { type Choice, costMinor, hopedMinor, planOf, requestsOf, type SlipLeg } from '../demo/slip/plan';
import { payingOf } from '../demo/slip/useSlip';
import { pounds, wallet } from './customersMoney';
import { bet, request } from './placedBets';
import { mulberry } from './randomness';
import { event } from './shownEvents';

const NOW = Date.parse('2026-04-08T14:00:00Z');
const QUARTER = { places: 2, numerator: 1, denominator: 4 };
const AT_FIRST: Choice = { way: 'multiple', eachWay: false, takesHigher: false };
const locale = localeFor(['en-GB']);

function freeBet(id: string, minor = 500, facts: Partial<FreeBet> = {}): FreeBet {
  return { id, kind: 'FREE_BET', amount: pounds(minor), expiresAt: '2026-04-15T14:00:00Z', product: null, isWhole: true, ...facts };
}

function leg(id: string, milli: number): SlipLeg {
  const [offer] = offersOf([event(id, [milli], { placeTerms: QUARTER })]).values();
  if (offer === undefined) throw new Error('there is a selection');
  const picked: Picked = { offer, seen: { milli, display: String(milli) }, isChosen: true, isSuggested: false, isOffered: true, told: null };
  return { picked, standing: standingOf(picked, 'live') };
}

describe('the free bets of a wallet', () => {
  it('are those that may pay for a bet now', () => {
    const credits = [
      freeBet('bonus', 500, { kind: 'BONUS', isWhole: false }),
      freeBet('used', 0),
      freeBet('over', 500, { expiresAt: '2026-04-08T14:00:00Z' }),
      freeBet('casino', 500, { product: 'CASINO' }),
      freeBet('euros', 500, { amount: { minor: 500, currency: 'EUR' } }),
      freeBet('one'),
      freeBet('for-bets', 300, { product: 'BETTING', expiresAt: null }),
    ];
    expect(freeBetsOf(wallet(10_000, { credits }), NOW).map(({ id }) => id)).toEqual(['one', 'for-bets']);
    expect(freeBetsOf(null, NOW)).toEqual([]);
  });

  it('pay for one bet, and each way by halves', () => {
    expect(obstacleOf(freeBet('a'), { count: 1, eachWay: false })).toBeNull();
    expect(obstacleOf(freeBet('a'), { count: 1, eachWay: true })).toBeNull();
    expect(obstacleOf(freeBet('a', 501), { count: 1, eachWay: true })).toBe('halves');
    expect(obstacleOf(freeBet('a'), { count: 2, eachWay: false })).toBe('several');
  });
});

describe('paying', () => {
  const plan = { count: 1, eachWay: false };

  it('is with the one that is chosen, and never with money in its place', () => {
    const [one, other] = [freeBet('one'), freeBet('other')];
    expect(payingOf(null, [one], plan)).toEqual({ wanted: null, freeBet: null, obstacle: null });
    expect(payingOf('other', [one, other], plan)).toEqual({ wanted: 'other', freeBet: other, obstacle: null });
    expect(payingOf('one', [other], plan)).toEqual({ wanted: 'one', freeBet: null, obstacle: 'gone' });
    expect(payingOf('one', [one], { ...plan, count: 2 })).toEqual({ wanted: 'one', freeBet: null, obstacle: 'several' });
  });

  it.each([
    ['a single at 5/2', [3500], false, 1250],
    ['a double at evens and 3/1', [2000, 4000], false, 500 * 7],
    ['each way at 6/1: 2.50 × 6, and 2.50 × 6 / 4', [7000], true, 1500 + 375],
  ] as const)('%s returns what it wins alone', (_, odds, eachWay, returns) => {
    const legs = odds.map((milli, place) => leg(String(place), milli));
    const made = planOf(legs, { ...AT_FIRST, eachWay });
    const stake = 500 / (eachWay ? 2 : 1);
    expect(hopedMinor(legs, made, stake, true)).toBe(returns);
    expect(costMinor(made, stake)).toBe(500);
    const [sent, ...others] = requestsOf(legs, made, stake, 'GBP', false, 'one');
    expect([sent?.freeBetId, sent?.stakeMinor, others]).toEqual(['one', stake, []]);
  });

  it('never returns the stake, whatever is bet', () => {
    const random = mulberry(58);
    for (let run = 0; run < 200; run += 1) {
      const legs = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, place) => leg(String(place), 1010 + Math.floor(random() * 9_000)));
      const made = planOf(legs, { ...AT_FIRST, eachWay: random() < 0.5 });
      const stake = 1 + Math.floor(random() * 10_000);
      expect(hopedMinor(legs, made, stake, true)).toBe(hopedMinor(legs, made, stake) - costMinor(made, stake));
    }
    expect(hopedMinor([], planOf([], AT_FIRST), 500, true)).toBe(0);
  });

  it('is with money if no free bet is named', () => {
    const legs = [leg('a', 2000)];
    const [sent] = requestsOf(legs, planOf(legs, AT_FIRST), 500, 'GBP', false);
    expect(sent !== undefined && 'freeBetId' in sent).toBe(false);
    expect(legs.map(({ picked }) => idOf(picked))).toEqual(sent?.legs.map(({ selectionId }) => selectionId));
  });
});

describe('a request', () => {
  const asked = { key: 'k', betId: null, at: NOW };

  it('names the free bet, or none', () => {
    expect(inputOf({ ...asked, request: request('a-0', { freeBetId: 'one' }) }, 'northbet')).toMatchObject({ freeBetId: 'one', stakeMinor: 500 });
    expect(inputOf({ ...asked, request: request() }, 'northbet')).not.toHaveProperty('freeBetId');
  });

  it('has a key of its own for each way to pay, and is still known after a reload', () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value), removeItem: (name: string) => void kept.delete(name) };
    let keys = 0;
    const parts = { name: 'bets', storage, freshKey: () => `key-${(keys += 1)}`, now: () => NOW };
    const book = betBook(parts);
    const wanted = [request(), request('a-0', { freeBetId: 'one' }), request('a-0', { freeBetId: 'other' })];
    expect(wanted.map((own) => book.claim(own).key)).toEqual(['key-1', 'key-2', 'key-3']);
    expect(betBook(parts).claim(request('a-0', { freeBetId: 'one' })).key).toBe('key-2');
  });
});

describe('what is said', () => {
  const free = request('a-0', { freeBetId: 'one' });

  it('is that a free bet has paid', () => {
    expect(titleOfBet(2, true, true, locale)).toBe('Double · Each way · Free bet');
    expect(titleOfBet(1, false, false, locale)).toBe('Single');
    const placed = { request: free, outcome: { kind: 'bet', bet: bet('1', 'OPEN', { isFreeBet: true }) } } as const;
    expect(toldOf([placed], locale)?.text).toBe('Bet placed: £5.00 on Ashdown Lad at 6/4 (Free bet). Reference 1.');
  });

  it('is why it could not, and not that money is missing', () => {
    const refused = { request: free, outcome: { kind: 'refused', refusal: { code: 'INSUFFICIENT_FUNDS', changed: [] } } } as const;
    expect(toldOf([refused], locale)).toMatchObject({ text: EN.freeBetRefused, part: null, about: ['a-0'] });
    expect(refusedInWords('SUSPENDED', free, locale)).toBe(EN.refused.SUSPENDED);
    expect(refusedInWords('INSUFFICIENT_FUNDS', request(), locale)).toBe(EN.refused.INSUFFICIENT_FUNDS);
    expect(partOf('LIMIT_REACHED', free)).toBe('limits');
  });
});
