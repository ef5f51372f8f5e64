/** A customer's limits and breaks on the page: what a change would do, which raise can be confirmed, and what stops bets. */
import { describe, expect, it } from 'vitest';

import { BREAK_HOURS, endAfter, endAfterMonths, endOfDay, stopOfBets, stopsOf, tomorrow } from '../demo/money/breaks/breaks';
import { effectOf, MAX_SESSION_MINUTES, raiseOf, readLimit, usedOf, valueOf } from '../demo/money/limits/limits';
import { limit, pounds } from './customersMoney';
import { mulberry } from './randomness';

const NOW = Date.parse('2026-11-28T20:00:00Z');
const HOUR_MS = 3_600_000;
const at = (hours: number) => new Date(NOW + hours * HOUR_MS).toISOString();

describe('what setting a limit would do', () => {
  const waiting = limit('DEPOSIT_DAY', { amount: pounds(5000), pending: pounds(8000), pendingFrom: at(20), pendingUntil: at(188) });

  it.each([
    [undefined, 100, 'first'],
    [undefined, 0, 'first'],
    [waiting, 4999, 'lower'],
    [waiting, 0, 'lower'],
    [waiting, 5000, 'kept'],
    [waiting, 5001, 'raise'],
    [waiting, 8000, 'asked'],
  ] as const)('%o to %i is %s', (present, wanted, effect) => {
    expect(effectOf(present, wanted, NOW)).toBe(effect);
  });

  it('is a raise again once the one before has lapsed', () => {
    expect(effectOf(waiting, 8000, NOW + 188 * HOUR_MS)).toBe('raise');
  });

  it('is never said to hold at once if it is higher than what holds', () => {
    const random = mulberry(7);
    for (let run = 0; run < 500; run += 1) {
      const [present, wanted, pending] = [0, 0, 0].map(() => Math.floor(random() * 5)) as [number, number, number];
      const held = limit('STAKE_BET', { amount: pounds(present), pending: pounds(pending), pendingFrom: at(random() * 48 - 24) });
      const isHeld = !['raise', 'asked'].includes(effectOf(held, wanted, NOW));
      expect(isHeld).toBe(wanted <= present);
    }
  });

  it('has values in minor units, or in minutes', () => {
    expect([valueOf(waiting), valueOf(limit('SESSION_MINUTES', { minutes: 60 })), valueOf(undefined)]).toEqual([5000, 60, null]);
    expect([usedOf(limit('LOSS_DAY', { used: pounds(0) })), usedOf(limit('SESSION_MINUTES', { usedMinutes: 5 })), usedOf(waiting)]).toEqual([0, 5, null]);
    expect(valueOf(limit('DEPOSIT_DAY', { amount: pounds(0) }))).toBe(0);
  });
});

describe('a raise that waits', () => {
  const raised = (facts: object) => raiseOf(limit('DEPOSIT_WEEK', { amount: pounds(100), ...facts }), NOW);

  it('can be confirmed from its moment on, until it lapses', () => {
    const facts = { pending: pounds(200), pendingFrom: at(0), pendingUntil: at(1) };
    expect(raised(facts)).toEqual({ to: 200, from: at(0), until: at(1), canBeConfirmed: true });
    expect(raised({ ...facts, pendingFrom: at(0.001) })?.canBeConfirmed).toBe(false);
    expect(raised({ ...facts, pendingUntil: at(0) })).toBeNull();
  });

  it('to nothing ends the limit, and without a moment there is none', () => {
    expect(raised({ pendingFrom: at(3) })).toEqual({ to: null, from: at(3), until: null, canBeConfirmed: false });
    expect([raised({}), raiseOf(undefined, NOW)]).toEqual([null, null]);
    expect(raiseOf(limit('SESSION_MINUTES', { minutes: 30, pendingMinutes: 60, pendingFrom: at(3) }), NOW)?.to).toBe(60);
  });
});

describe('what is typed for a limit', () => {
  it.each([
    ['DEPOSIT_DAY', '50', 'en-GB', { kind: 'amount', minor: 5000 }],
    ['DEPOSIT_DAY', '0', 'en-GB', { kind: 'amount', minor: 0 }],
    ['LOSS_DAY', '12,50', 'de', { kind: 'amount', minor: 1250 }],
    ['STAKE_BET', '٨٠', 'ar', { kind: 'amount', minor: 8000 }],
    ['STAKE_BET', '5.001', 'en-GB', { kind: 'refused', why: 'decimals' }],
    ['SESSION_MINUTES', '45', 'it', { kind: 'amount', minor: 45 }],
    ['SESSION_MINUTES', String(MAX_SESSION_MINUTES), 'en-GB', { kind: 'amount', minor: MAX_SESSION_MINUTES }],
    ['SESSION_MINUTES', String(MAX_SESSION_MINUTES + 1), 'en-GB', { kind: 'refused', why: 'too-much' }],
    ['SESSION_MINUTES', '0', 'en-GB', { kind: 'refused', why: 'zero' }],
    ['SESSION_MINUTES', '1.5', 'en-GB', { kind: 'refused', why: 'decimals' }],
    ['DEPOSIT_DAY', '', 'en-GB', { kind: 'empty' }],
  ] as const)('%s: %s in %s', (kind, typed, tag, read) => {
    expect(readLimit(kind, typed, 'GBP', tag)).toEqual(read);
  });
});

describe('breaks', () => {
  it('have lengths from 24 hours to six weeks, and end by the clock', () => {
    expect([BREAK_HOURS[0], BREAK_HOURS.at(-1)]).toEqual([24, 42 * 24]);
    expect(endAfter(24, NOW)).toBe('2026-11-29T20:00:00.000Z');
  });

  it('end at the end of a day, which is at least 24 hours away', () => {
    for (const hours of [0, 3.9, 4, 23.9, 24 * 33, 24 * 120]) {
      const now = NOW + hours * HOUR_MS;
      const end = Date.parse(endOfDay(tomorrow(now)) ?? '');
      expect(end - now).toBeGreaterThan(23 * HOUR_MS);
      expect(new Date(end).getHours() + new Date(end).getMinutes()).toBe(0);
    }
    expect([endOfDay(''), endOfDay('5 December')]).toEqual([null, null]);
  });

  it('exclude for calendar months, to the last day of a shorter one', () => {
    const end = (months: number, from: string) => new Date(endAfterMonths(months, Date.parse(from)));
    expect([end(6, '2026-08-31T12:00:00').getMonth(), end(6, '2026-08-31T12:00:00').getDate()]).toEqual([1, 28]);
    expect([end(12, '2028-02-29T12:00:00').getFullYear(), end(12, '2028-02-29T12:00:00').getDate()]).toEqual([2029, 28]);
    expect([end(60, '2026-11-28T12:00:00').getFullYear(), end(60, '2026-11-28T12:00:00').getHours()]).toEqual([2031, 12]);
  });

  it('stop bets while they hold: an exclusion first, and of several breaks the one that ends last', () => {
    const [day, week] = [limit('BREAK', { until: at(24) }), limit('BREAK', { until: at(168), product: 'BETTING' })];
    const casino = limit('BREAK', { until: at(500), product: 'CASINO' });
    expect(stopOfBets([], NOW)).toBeNull();
    expect(stopOfBets([casino], NOW)).toBeNull();
    expect(stopOfBets([day, casino, week], NOW)).toEqual({ kind: 'BREAK', product: 'BETTING', until: at(168) });
    expect(stopOfBets([day, week, limit('EXCLUSION', { until: at(48) })], NOW)).toEqual({ kind: 'EXCLUSION', product: null, until: at(48) });
    expect(stopsOf([casino, week, day], NOW).map(({ until }) => until)).toEqual([at(24), at(500), at(168)]);
  });

  it('stop nothing once they have ended, and limits stop no bets by themselves', () => {
    const ended = limit('EXCLUSION', { until: at(0) });
    expect(stopOfBets([ended, limit('LOSS_DAY', { amount: pounds(0), until: at(4) })], NOW)).toBeNull();
    expect(stopOfBets([ended], NOW - 1)?.kind).toBe('EXCLUSION');
  });
});
