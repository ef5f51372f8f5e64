/** What traders read in words: what is decided, what is at risk, and what was bet. */
import { expect, test } from 'vitest';

import { bettingFigures } from '../backoffice/src/betting/figures.ts';
import { betInWords, limitInWords, percent, stateOfSelection, statusName, targetName, termsInWords, typedPart } from '../backoffice/src/betting/words.ts';

test('a decision says what it is about', () => {
  expect(targetName({ scope: 'BRAND', name: '', targetId: '' })).toBe('All betting');
  expect(targetName({ scope: 'EVENT', name: 'Ascot 14:30', targetId: 'e1' })).toBe('Event: Ascot 14:30');
  expect(targetName({ scope: 'MARKET', name: '', targetId: 'm1' })).toBe('Market: m1');
  expect(limitInWords({ stakeMinor: 5000, liabilityMinor: 200_000, currency: 'GBP' })).toBe('£50.00 a bet, £2,000.00 at risk');
  expect(limitInWords({ stakeMinor: null, liabilityMinor: 0, currency: 'GBP' })).toBe('£0.00 at risk');
  expect(limitInWords({ stakeMinor: null, liabilityMinor: null, currency: 'GBP' })).toBe('No limit');
});

test('a selection says how near its limit it is', () => {
  const state = (liabilityMinor: number, liabilityLimitMinor: number | null, suspended = false) => stateOfSelection({ suspended, liabilityMinor, liabilityLimitMinor });
  expect(state(100, null)).toEqual({ tone: 'neutral', label: 'No limit' });
  expect(state(-100, 1000)).toEqual({ tone: 'good', label: '0 % of the limit' });
  expect(state(799, 1000)).toEqual({ tone: 'good', label: '79 % of the limit' });
  expect(state(800, 1000)).toEqual({ tone: 'warning', label: '80 % of the limit' });
  expect(state(1000, 1000)).toEqual({ tone: 'bad', label: 'Limit reached' });
  expect(state(0, 0)).toEqual({ tone: 'bad', label: 'Limit reached' });
  expect(state(100, 1000, true)).toEqual({ tone: 'warning', label: 'Suspended' });
});

test('a bet says itself what was bet', () => {
  const leg = { event: 'Ascot 14:30', pick: 'Red Rum', oddsMilli: 3500 };
  expect(betInWords({ legs: [leg] })).toBe('Ascot 14:30 · Red Rum at 3.50');
  expect(betInWords({ legs: [leg, leg, leg] })).toBe('Ascot 14:30 · Red Rum at 3.50, and 2 more');
  expect(statusName('PARTLY_VOID')).toBe('Partly void');
});

test('terms are sentences, and say where the installation decides', () => {
  expect(termsInWords({ stakes: [], maxLegs: null, delaySeconds: null })).toEqual([
    'Stakes: as the installation is set up.',
    'Selections in a bet: as the installation is set up.',
    'Bets in play wait: as the installation is set up.',
  ]);
  const stakes = [{ currency: 'GBP', minimumMinor: 10, maximumMinor: 500_000 }];
  expect(termsInWords({ stakes, maxLegs: 8, delaySeconds: 6.5 })).toEqual(['Stakes in GBP: £0.10 to £5,000.00.', 'Selections in a bet: at most 8.', 'Bets in play wait: 6.5 s.']);
});

test('a part is typed in percent', () => {
  expect(typedPart(' 12.5 ')).toEqual({ milli: 125, problem: '' });
  expect(typedPart('0')).toEqual({ milli: 0, problem: '' });
  expect(typedPart('100').milli).toBe(1000);
  expect(typedPart('')).toEqual({ milli: null, problem: '' });
  for (const wrong of ['101', '-1', '1e1', '12.55', 'all']) expect(typedPart(wrong).problem).not.toBe('');
  expect(percent(125)).toBe('12.5');
  expect(percent(1000)).toBe('100');
});

test('the home says what may be lost most, and what takes no bets', () => {
  const nothing = { bettingEvents: [], tradingRules: { suspended: [] } };
  expect(bettingFigures(nothing).map(({ value, note }) => `${value}: ${note}`)).toEqual(['–: No bet is open.', '0: Bets are taken on everything that is offered.']);
  const events = [{ event: 'Ascot 14:30', currency: 'GBP', worstMinor: 2_140_050, bets: 418 }];
  const suspended = [
    { name: 'Darts', targetId: 'darts' },
    { name: '', targetId: 'e9' },
  ];
  const shown = bettingFigures({ bettingEvents: events, tradingRules: { suspended } });
  expect(shown.map(({ value, note }) => `${value}: ${note}`)).toEqual(['£21,400.50: The worst case of Ascot 14:30, with 418 open bets.', '2: Darts, e9']);
  expect(bettingFigures({ ...nothing, tradingRules: { suspended: [{ name: '', targetId: '' }] } })[1]?.note).toBe('All betting takes no bets.');
});
