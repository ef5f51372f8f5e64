import { describe, expect, it } from 'vitest';

import { chartOf, isMeasure, isTimes, shownOf, writerOf } from '../backoffice/src/analytics/answer.ts';
import { ALL, filtered, optionsOf } from '../backoffice/src/analytics/filters.ts';
import { forgetQuestions, keepQuestion, keepWritten, lastQuestions, writtenQuestion } from '../backoffice/src/analytics/lastQuestions.ts';
import { typeName } from '../backoffice/src/analytics/types.ts';

function answer(columns: readonly string[], ...rows: readonly (readonly (string | null)[])[]) {
  return { columns, rows, filling: null, completeness: [] };
}

const REVENUE = answer(['day', 'product', 'bets'], ['2026-11-24', 'betting', '3'], ['2026-11-24', 'casino', '5'], ['2026-11-26', 'betting', '2']);

describe('an answer in SQL', () => {
  it('is drawn if its rows are labels with figures, the oldest day first, and what is not known is no zero', () => {
    const chart = chartOf(answer(['day', 'bets', 'staked'], ['2026-11-25', '2', null], ['2026-11-24', '3', '1.5']));
    expect(chart?.label).toBe('bets, staked by day');
    expect(chart?.categories).toEqual(['2026-11-24', '2026-11-25']);
    expect(chart?.series.map(({ data }) => data)).toEqual([
      [3, 2],
      [1.5, null],
    ]);
  });

  it('keeps the place of a day without a row, unless a day has several', () => {
    const chart = chartOf(answer(['day', 'bets'], ['2026-11-26', '2'], ['2026-11-24', '3']));
    expect(chart?.categories).toEqual(['2026-11-24', '2026-11-25', '2026-11-26']);
    expect(chart?.series[0]?.data).toEqual([3, null, 2]);
    expect(chartOf(answer(['day', 'bets'], ['2026-11-26', '2'], ['2026-11-24', '3'], ['2026-11-24', '5']))?.categories).toHaveLength(3);
  });

  it('is drawn with a bar for each of at most four second labels, such as brands', () => {
    const chart = chartOf(answer(['iso_week', 'brand', 'rate'], ['2026-W48', 'n', '1'], ['2026-W48', 'l', '2'], ['2026-W47', 'n', '3']));
    expect(chart?.label).toBe('rate by iso_week and brand');
    expect(chart?.categories).toEqual(['2026-W47', '2026-W48']);
    expect(chart?.series).toEqual([
      { label: 'l', data: [null, 2] },
      { label: 'n', data: [3, 1] },
    ]);
    expect(chartOf(answer(['weeks_later', 'share'], ['0', '53.9'], ['1', '40']))?.categories).toEqual(['0', '1']);
    expect(chartOf(answer(['day', 'brand', 'bets'], ['a', 'n', '1'], ['a', 'n', '2'], ['b', 'n', '2']))).toBeNull();
    expect(chartOf(answer(['day', 'brand', 'bets'], ...['a', 'b', 'c', 'd', 'e'].map((brand) => ['x', brand, '1'])))).toBeNull();
  });

  it.each([
    ['one row', answer(['day', 'bets'], ['a', '1'])],
    ['no figures', answer(['day', 'reason'], ['a', 'b'], ['c', 'd'])],
    ['figures without a label', answer(['bets', 'stakes'], ['1', '2'], ['3', '4'])],
    ['a figure below zero', answer(['day', 'net'], ['a', '-1'], ['b', '2'])],
    ['more columns than four', answer(['day', 'a', 'b', 'c', 'd', 'e'], ['a', '1', '1', '1', '1', '1'], ['b', '1', '1', '1', '1', '1'])],
    ['too many rows', answer(['day', 'bets'], ...Array.from({ length: 41 }, (_, at) => [`d${at}`, '1']))],
  ])('is no chart with %s', (_, table) => {
    expect(chartOf(table)).toBeNull();
  });

  it('says how much of it is shown, and how long it took', () => {
    expect(shownOf(500, 1200, 1234)).toBe('The first 500 of 1,200 rows in 1.2 s. A file has all of them.');
    expect(shownOf(1, 1, 8)).toBe('1 row in 0.1 s');
    expect(shownOf(7, 7, 700)).toBe('7 rows in 0.7 s');
    expect(shownOf(0, 0, 700)).toBe('No rows: nothing matches the question.');
  });
});

describe('filters of a report', () => {
  it('offer the days and products that its rows have', () => {
    const { times, products } = optionsOf(REVENUE);
    expect(times).toEqual([
      { value: '2026-11-24', label: '24 Nov' },
      { value: '2026-11-26', label: '26 Nov' },
    ]);
    expect(products.map(({ label }) => label)).toEqual(['Betting', 'Casino']);
  });

  it('name weeks by their Monday, and offer nothing where there is nothing to choose', () => {
    const weeks = answer(['iso_week', 'bets'], ['2026-W47', '1'], ['2026-W48', '2'], ['*', '3']);
    expect(optionsOf(weeks).times.map(({ label }) => label)).toEqual(['Week of 16 Nov 2026', 'Week of 23 Nov 2026']);
    expect(optionsOf(answer(['iso_week', 'bets'], ['2026-W47', '1']))).toEqual({ times: [], products: [] });
    expect(optionsOf(answer(['sport', 'bets'], ['a', '1']))).toEqual({ times: [], products: [] });
  });

  it('leave the rows that are wanted, and the mean of all weeks only without a time', () => {
    expect(filtered(REVENUE, { ...ALL, from: '2026-11-25' }).rows).toEqual([['2026-11-26', 'betting', '2']]);
    expect(filtered(REVENUE, { ...ALL, until: '2026-11-24', product: 'casino' }).rows).toEqual([['2026-11-24', 'casino', '5']]);
    expect(filtered(REVENUE, ALL).rows).toEqual(REVENUE.rows);
    const weeks = answer(['iso_week', 'bets'], ['2026-W47', '1'], ['*', '3']);
    expect(filtered(weeks, ALL).rows).toHaveLength(2);
    expect(filtered(weeks, { ...ALL, until: '2026-W48' }).rows).toEqual([['2026-W47', '1']]);
  });
});

describe('a cell of an answer', () => {
  it('has separators if it measures something, and none if its digits are a name', () => {
    const row = ['1234567', '-1234.5678', '2026', '1234567', 'b-1234', '1.5e21'];
    const columns = ['bets', 'staked', 'year', 'partition', 'bet', 'share'];
    const shown = row.map((cell, column) => writerOf(answer(columns, row), column)(cell));
    expect(shown).toEqual(['1,234,567', '-1,234.5678', '2026', '1234567', 'b-1234', '1.5e21']);
    expect(writerOf(answer(['bets'], ['1234'], [null]), 0)(null)).toBe('–');
    expect(writerOf(answer(['id'], ['12345']), 0)('12345')).toBe('12345');
  });

  it('has as many decimals as the others of its column, four at most, unless it is small', () => {
    const shown = (...cells: readonly string[]) => cells.map(writerOf(answer(['rate'], ...cells.map((cell) => [cell])), 0));
    expect(shown('10205.5', '3784', '0')).toEqual(['10,205.5', '3,784.0', '0.0']);
    expect(shown('0.5714285714285714', '1')).toEqual(['0.5714', '1.0000']);
    expect(shown('0.00012', '1.5')).toEqual(['0.00012', '1.5']);
    expect(shown('9007199254740993', '1')).toEqual(['9,007,199,254,740,993', '1']);
  });

  it('is no figure where it is a pseudonym, whatever its column is called', () => {
    const rows = answer(['customer', 'c', 'bets'], ['123', '12345678901234567', '3'], ['9876543210987654321', '42', '2000']);
    expect([0, 1, 2].map((column) => isMeasure(rows, column))).toEqual([false, false, true]);
    expect(writerOf(rows, 1)('12345678901234567')).toBe('12345678901234567');
    expect(chartOf(answer(['reason', 'c'], ['a', '12345678901234567'], ['b', '42']))).toBeNull();
  });

  it('stays on one line if it is a date, a week or a moment', () => {
    const rows = answer(['day', 'at', 'iso_week', 'reason'], ['2026-11-21', '2026-11-21 09:00:00.000', '2026-W47', '2026-11-21'], [null, null, null, 'void']);
    expect([0, 1, 2, 3].map((column) => isTimes(rows, column))).toEqual([true, true, true, false]);
  });
});

describe('the type of a column', () => {
  it.each([
    ['LowCardinality(String)', 'Text'],
    ['Nullable(Int64)', 'Whole number'],
    ['LowCardinality(Nullable(String))', 'Text'],
    ['UInt64', 'Whole number'],
    ['Decimal(18, 4)', 'Number'],
    ['Date', 'Date'],
    ["DateTime64(3, 'UTC')", 'Moment'],
    ['Bool', 'Yes/no'],
    ['Array(String)', 'List'],
    ['SimpleAggregateFunction(sum, Int64)', 'Whole number'],
    ['Tuple(String, Int64)', 'Other'],
  ])('is named in words: %s', (type, name) => {
    expect(typeName(type)).toBe(name);
  });
});

describe('the last questions', () => {
  it('are ten, the newest first, each once', () => {
    for (let at = 1; at <= 12; at += 1) keepQuestion(`SELECT ${at}`);
    keepQuestion(' SELECT 5\n');
    expect(lastQuestions()).toEqual([5, 12, 11, 10, 9, 8, 7, 6, 4, 3].map((at) => `SELECT ${at}`));
  });

  it('are forgotten with what stands in the editor when the person signs out', () => {
    keepQuestion('SELECT 1');
    keepWritten('SELECT 2');
    expect(writtenQuestion()).toBe('SELECT 2');
    forgetQuestions();
    expect(lastQuestions()).toEqual([]);
    expect(writtenQuestion()).toBeNull();
  });
});
