import { expect, test } from 'vitest';

import { money, share, units, word } from '../backoffice/src/money/amounts.ts';
import { budgetInWords } from '../backoffice/src/risk/overview/budget.ts';
import { rowsPath } from '../backoffice/src/risk/figures/rows.ts';

test('minor units are those of the currency', () => {
  expect(money(123456, 'GBP')).toBe('£1,234.56');
  expect(money(500, 'JPY')).toBe('JP¥\u200e500');
  expect(units(1500, 'KWD')).toBe(1.5);
});

test('a share that is not known is a dash, not zero', () => {
  expect(share(null)).toBe('–');
  expect(share(0.125)).toBe('12.5%');
});

test('names of the graph become words', () => {
  expect(word('free_bet')).toBe('Free bet');
});

test('a figure leads to its rows, with all that makes it that figure', () => {
  const path = rowsPath({ brand: 'northbet', isoWeek: '2026-W13', figure: 'EXPECTED', reward: 'a&b', currency: 'GBP' });
  const { searchParams } = new URL(path, 'http://x');
  expect(searchParams.get('brand')).toBe('northbet');
  expect(JSON.parse(searchParams.get('filter') ?? '')).toEqual({ isoWeek: '2026-W13', figure: 'EXPECTED', reward: 'a&b', currency: 'GBP' });
});

test('a budget says what it does before it is set, also what an empty field means', () => {
  expect(budgetInWords('fb-5', '2026-W48', 1)).toBe('Customers may choose fb-5 1 time at most in the week of 23 November.');
  expect(budgetInWords('fb-5', '', 1000)).toBe('Customers may choose fb-5 1,000 times at most in every week without a budget of its own.');
  expect(budgetInWords('fb-5', '', null)).toContain('as often as they like in every week');
});
