import { describe, expect, it } from 'vitest';

import { drawn, heading, isNumeric, REPORTS } from '../backoffice/src/analytics/reports.ts';

import type { Report } from '../backoffice/src/analytics/reports.ts';

const UPLIFT: Report = {
  says: 'What the club changes.',
  columns: ['iso_week', 'measure', 'club', 'control', 'verdict'],
  rows: [
    ['2026-W10', 'active of 100 customers', '62.5', '50', 'more'],
    ['2026-W11', 'active of 100 customers', null, null, 'too few customers'],
    ['2026-W10', 'stakes of a customer', '1200', '1000', 'more'],
    ['2026-W10', 'active of 100 customers', '1', '2', 'less'],
  ],
  completeness: [],
};

describe('a report', () => {
  it('draws one row of a category, those that are meant, and none where nothing is said', () => {
    expect(drawn('UPLIFT', UPLIFT)).toEqual({
      categories: ['2026-W10'],
      series: [
        { label: 'With the club', data: [62.5] },
        { label: 'Control group', data: [50] },
      ],
    });
  });

  it('draws the last categories, in their order', () => {
    const rows = Array.from({ length: 9 }, (_, week) => [`2026-W0${week + 1}`, String(week), '1', '1', '1', '1']);
    const columns = ['iso_week', 'bettors', 'members', 'qualified', 'credited', 'used'];
    const { categories, series } = drawn('FUNNEL', { ...UPLIFT, columns, rows });
    expect(categories).toEqual(['2026-W06', '2026-W07', '2026-W08', '2026-W09']);
    expect(series[0]).toEqual({ label: 'Bet', data: [5, 6, 7, 8] });
  });

  it.each(REPORTS)('%s without rows draws nothing', (name) => {
    expect(drawn(name, { ...UPLIFT, rows: [] }).categories).toEqual([]);
  });

  it('tells numbers from words by all of their values', () => {
    expect([0, 2, 4].map((column) => isNumeric(UPLIFT, column))).toEqual([false, true, false]);
    expect(isNumeric({ ...UPLIFT, rows: [] }, 0)).toBe(false);
  });

  it('names columns for people', () => {
    expect(['iso_week', 'credited_minor', 'p95'].map(heading)).toEqual(['Iso week', 'Credited, minor units', 'P95']);
  });
});
