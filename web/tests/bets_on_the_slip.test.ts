/** What the slip would bet: singles, multiples and each way, what they cost, and what they may return. */
import { readAmount } from '@furlong/club';
import { describe, expect, it } from 'vitest';

import { idOf, type Picked, standingOf } from '../demo/events/picked';
import { type Choice, costMinor, hopedMinor, isToBeAccepted, oddsOf, planOf, requestsOf, type SlipLeg } from '../demo/slip/plan';
import { returnsMinor } from '../demo/slip/stake';
import { offersOf } from '../demo/events/offers';
import { mulberry } from './randomness';
import { event } from './shownEvents';

const FIFTH = { places: 3, numerator: 1, denominator: 5 };
const QUARTER = { places: 2, numerator: 1, denominator: 4 };
const MULTIPLE: Choice = { way: 'multiple', eachWay: false, takesHigher: false };

/** A leg that was seen at some odds, and is offered at others now. */
function leg(id: string, seenMilli: number, now: Parameters<typeof event>[2] & { readonly milli?: number } = {}): SlipLeg {
  const [offer] = offersOf([event(id, [now.milli ?? seenMilli], now)]).values();
  if (offer === undefined) throw new Error('there is a selection');
  const picked: Picked = { offer, seen: { milli: seenMilli, display: String(seenMilli) }, isChosen: true, isSuggested: false, isOffered: true, told: null };
  return { picked, standing: standingOf(picked, 'live') };
}

describe('what a bet returns', () => {
  it.each([
    // Singles: at 5/2 and at 1/3, of which the half of a penny is rounded up.
    [500, [[3500, null]], false, 1750],
    [100, [[1333, null]], false, 133],
    [50, [[1333, null]], false, 67],
    [333, [[1333, null]], false, 444],
    // £5 each way at 8/1, a fifth of the odds: 5 × 9 and 5 × 2.6.
    [500, [[9000, FIFTH]], true, 4500 + 1300],
    // A double each way at 4/1 (a quarter) and 10/1 (a fifth): 5 × 11 and 2 × 3.
    [200, [[5000, QUARTER], [11000, FIFTH]], true, 2 * 5500 + 2 * 600],
    [1, [[1001, null]], false, 1],
  ] as const)('of %i on %j, each way: %s, is %i', (stake, legs, eachWay, returns) => {
    expect(returnsMinor(stake, legs.map(([oddsMilli, terms]) => ({ oddsMilli, terms })), eachWay)).toBe(returns);
  });

  it('is the product of its legs, counted in whole numbers', () => {
    const random = mulberry(57);
    for (let run = 0; run < 200; run += 1) {
      const legs = Array.from({ length: 1 + Math.floor(random() * 6) }, () => ({ oddsMilli: 1001 + Math.floor(random() * 20_000), terms: FIFTH }));
      const stake = 1 + Math.floor(random() * 100_000);
      const win = legs.reduce((product, { oddsMilli }) => product * (oddsMilli / 1000), stake);
      const place = legs.reduce((product, { oddsMilli }) => product * (1 + (oddsMilli - 1000) / 5000), stake);
      expect(Math.abs(returnsMinor(stake, legs) - win)).toBeLessThanOrEqual(0.5 + win * 1e-12);
      expect(Math.abs(returnsMinor(stake, legs, true) - win - place)).toBeLessThanOrEqual(0.5 + (win + place) * 1e-12);
    }
  });
});

describe('the kind of bet', () => {
  it('is a single of one selection, and a multiple of several unless the customer wants singles', () => {
    const two = [leg('a', 2000), leg('b', 3000)];
    expect(planOf([leg('a', 2000)], MULTIPLE)).toMatchObject({ way: 'singles', count: 1, canCombine: false });
    expect(planOf(two, MULTIPLE)).toMatchObject({ way: 'multiple', count: 1 });
    expect(planOf(two, { ...MULTIPLE, way: 'singles' })).toMatchObject({ way: 'singles', count: 2 });
  });

  it('is never a multiple of two selections of an event', () => {
    const plan = planOf([leg('a', 2000), leg('b', 3000), leg('a', 2500)], MULTIPLE);
    expect(plan).toMatchObject({ way: 'singles', canCombine: false, count: 3 });
  });

  it('is each way only where all selections have place terms', () => {
    const wanted: Choice = { ...MULTIPLE, eachWay: true };
    const all = [leg('a', 9000, { placeTerms: FIFTH }), leg('b', 5000, { placeTerms: QUARTER })];
    expect(planOf(all, wanted)).toMatchObject({ canEachWay: true, eachWay: true });
    expect(planOf(all, MULTIPLE)).toMatchObject({ canEachWay: true, eachWay: false });
    expect(planOf([...all, leg('c', 2000)], wanted)).toMatchObject({ canEachWay: false, eachWay: false });
    expect(planOf([], wanted)).toMatchObject({ canEachWay: false, eachWay: false });
  });
});

describe('the cost', () => {
  const legs = [leg('a', 9000, { placeTerms: FIFTH }), leg('b', 5000, { placeTerms: QUARTER })];

  it.each([
    ['multiple', false, 500],
    ['multiple', true, 1000],
    ['singles', false, 1000],
    ['singles', true, 2000],
  ] as const)('of %s, each way: %s, is %i', (way, eachWay, cost) => {
    expect(costMinor(planOf(legs, { ...MULTIPLE, way, eachWay }), 500)).toBe(cost);
  });

  it('and the returns are of all singles together', () => {
    expect(hopedMinor(legs, planOf(legs, { ...MULTIPLE, way: 'singles' }), 500)).toBe(4500 + 2500);
    expect(hopedMinor(legs, planOf(legs, MULTIPLE), 500)).toBe(22_500);
    expect(hopedMinor([], planOf([], MULTIPLE), 500)).toBe(0);
  });
});

describe('what is sent', () => {
  it('are the prices that were seen, whatever they are now', () => {
    const legs = [leg('a', 2000, { milli: 2200 }), leg('b', 3000)];
    const plan = planOf(legs, MULTIPLE);
    const [request, ...others] = requestsOf(legs, plan, 500, 'GBP', true);
    expect(others).toEqual([]);
    expect(request).toMatchObject({ stakeMinor: 500, eachWay: false, currency: 'GBP', acceptChanges: 'HIGHER' });
    expect(request?.legs.map(({ selectionId, oddsMilli }) => [selectionId, oddsMilli])).toEqual([['a-0', 2000], ['b-0', 3000]]);
  });

  it('is a bet for each single, and none while a price was not seen', () => {
    const legs = [leg('a', 2000), leg('b', 3000)];
    const singles = planOf(legs, { ...MULTIPLE, way: 'singles' });
    expect(requestsOf(legs, singles, 500, 'GBP', false).map(({ legs: sent, acceptChanges }) => [sent.length, acceptChanges])).toEqual([
      [1, 'NONE'],
      [1, 'NONE'],
    ]);
    const unseen = legs.map(({ picked, standing }) => ({ picked: { ...picked, seen: null }, standing }));
    expect(requestsOf(unseen, singles, 500, 'GBP', false)).toEqual([]);
  });
});

describe('moved odds', () => {
  const [higher, lower] = [leg('a', 2000, { milli: 2200 }), leg('b', 3000, { milli: 2900 })];

  it('are accepted first, but higher ones not if the customer takes them', () => {
    expect([isToBeAccepted(higher, false), isToBeAccepted(higher, true), isToBeAccepted(lower, true)]).toEqual([true, false, true]);
    expect(planOf([higher], { ...MULTIPLE, takesHigher: true })).toMatchObject({ hasMoved: false, obstacle: null });
    expect(planOf([higher, lower], { ...MULTIPLE, takesHigher: true }).hasMoved).toBe(true);
    expect([oddsOf(higher)?.milli, oddsOf(lower)?.milli]).toEqual([2200, 2900]);
  });

  it('are no obstacle, and what is suspended or over is', () => {
    const suspended = leg('c', 2000, { market: 'SUSPENDED' });
    expect(planOf([lower, suspended], MULTIPLE).obstacle?.kind).toBe('suspended');
    expect(planOf([leg('d', 2000, { status: 'FINISHED' })], MULTIPLE).obstacle?.kind).toBe('over');
    expect(idOf(suspended.picked)).toBe('c-0');
  });
});

describe('a stake', () => {
  it.each([
    ['5,50', 'de', 550],
    ['5.50', 'en-GB', 550],
    ['٥٫٥٠', 'ar', 550],
    ['1.234,50', 'it', 123_450],
  ])('%s in %s is %i', (typed, tag, minor) => {
    expect(readAmount(typed, 'GBP', tag)).toEqual({ kind: 'amount', minor });
  });
});
