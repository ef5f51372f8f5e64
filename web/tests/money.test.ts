import { renderToStaticMarkup } from 'react-dom/server';
import { createElement } from 'react';
import { expect, test } from 'vitest';

import { formatMinor } from '@furlong/club';
import { money, typedAmount, typedCount } from '../backoffice/src/money/amounts.ts';
import { MoneyInput } from '../backoffice/src/money/MoneyInput.tsx';
import { limitInWords } from '../backoffice/src/operations/providers/provider.ts';
import { asSchemeInput, formAfter, odds, typedOdds, versionInWords } from '../backoffice/src/rules/scheme.ts';
import { adjustmentInWords, standing, targetInWords } from '../backoffice/src/support/adjustment.ts';

const WEEK = { isoWeek: '2026-W48', totalMinor: 1200, targetMinor: 2500, currency: 'GBP' };

test('what is typed are whole units: 5.00 are five pounds, never five pence', () => {
  expect(typedAmount('5.00', 'GBP')).toEqual({ minor: 500, problem: '' });
  expect(typedAmount('£5', 'GBP')).toEqual({ minor: 500, problem: '' });
  expect(typedAmount('500', 'JPY')).toEqual({ minor: 500, problem: '' });
  expect(typedAmount('1.5', 'KWD')).toEqual({ minor: 1500, problem: '' });
});

test('an amount that can be read in two ways is refused, in words that say what to do', () => {
  expect(typedAmount('5,00', 'GBP')).toEqual({
    minor: null,
    problem: 'This amount can be read in two ways. Write it like 5.00.',
  });
  expect(typedAmount('5.001', 'GBP').problem).toContain('2 decimals');
  expect(typedAmount('five', 'GBP').problem).toBe('Enter an amount such as 5.00.');
  expect(typedAmount('5', '').problem).toBe('Name the currency first, such as GBP.');
});

test('nothing is an amount only where it means something', () => {
  expect(typedAmount('0', 'GBP').problem).toBe('Enter an amount above zero.');
  expect(typedAmount('0', 'GBP', true)).toEqual({ minor: 0, problem: '' });
  expect(typedAmount('', 'GBP', true)).toEqual({ minor: null, problem: '' });
});

test('the back office writes amounts as the widget does, also where the browser knows other decimals', () => {
  for (const currency of ['GBP', 'EUR', 'JPY', 'KWD', 'ISK', 'IQD', 'HUF', 'UGX', 'LBP']) {
    expect(money(123456, currency)).toBe(formatMinor(123456, currency, 'en-GB'));
  }
  expect(money(1500, 'IQD')).toContain('1.500');
  expect(money(1500, 'LBP')).toContain('15.00');
  expect(money(5, 'no code')).toBe('5 no code');
});

test('a thousand rewards are never read as one', () => {
  expect([typedCount('1000').count, typedCount('1,000').count, typedCount(' 0 ').count]).toEqual([1000, 1000, 0]);
  expect(typedCount('')).toEqual({ count: null, problem: '' });
  for (const typed of ['1.000', '1.0', '1e3', '-1', '1,00', '0x10', '9999999999']) {
    expect(typedCount(typed)).toEqual({ count: null, problem: 'Write a whole number in digits, such as 1000.' });
  }
});

test('a field for money shows the sign where it is written, and what is wrong', () => {
  const field = (currency: string) =>
    renderToStaticMarkup(createElement(MoneyInput, { label: 'Amount', value: '5', currency, onChange: () => undefined, problem: 'It is too much.' }));
  expect(field('GBP')).toContain('£');
  expect(field('GBP')).toContain('It is too much.');
  expect(field('GBP')).toContain('inputMode="decimal"');
});

test('an adjustment says what it does to the week and to its reward', () => {
  expect(adjustmentInWords(500, 'GBP', '2026-W48')).toBe('adds £5.00 to the week of 23 November 2026');
  expect(adjustmentInWords(-500, 'GBP', '2026-W09')).toBe('subtracts £5.00 from the week of 23 February 2026');
  expect(standing(1700, WEEK)).toBe('£17.00 of £25.00');
  expect(targetInWords(WEEK, 500)).toBe('The target is still £8.00 away.');
  expect(targetInWords(WEEK, 1300)).toBe('The target is reached: the reward is earned.');
  expect(targetInWords({ ...WEEK, totalMinor: 2600 }, -200)).toBe('The target is missed: the reward is no longer earned.');
  expect(targetInWords({ ...WEEK, totalMinor: 2600 }, 100)).toBe('The target stays reached.');
  expect(targetInWords(WEEK, -1300)).toBe('No more than £12.00 can be taken.');
  expect(targetInWords({ ...WEEK, targetMinor: null }, 500)).toContain('no rules');
});

test("a scheme's amounts and odds are typed as they are read", () => {
  const terms = { version: '1', summary: 'x', url: '/x' };
  const version = { jurisdiction: 'GB', currency: 'GBP', version: 3, targetMinor: 2500, minStakeMinor: 0, minOddsMilli: 1500, terms };
  const form = formAfter([version as never], 'GB', 'GBP', '2026-11-30T00:00:00Z');
  expect([form.target, form.minStake, form.minOdds]).toEqual(['25.00', '0.00', '1.50']);
  expect(asSchemeInput({ ...form, target: '30' })).toMatchObject({ targetMinor: 3000, minStakeMinor: 0, minOddsMilli: 1500 });
  expect(asSchemeInput({ ...form, target: '30,00', minOdds: '6/4' })).toMatchObject({ targetMinor: null, minOddsMilli: null });
  expect(versionInWords('scheme:northbet:GB:GBP:2')).toBe('version 2 for GB in GBP');
  expect([odds(1333), odds(2000), typedOdds('1.333'), typedOdds('1,5')]).toEqual(['1.333', '2.00', 1333, null]);
});

test("a provider's limit is money in each of its currencies", () => {
  expect(limitInWords(10_000, ['GBP', 'EUR', 'JPY'])).toBe('£100.00, €100.00, JP¥\u200e10,000');
  expect(limitInWords(10_000, [])).toBe('£100.00');
});
