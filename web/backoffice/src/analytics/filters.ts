/** Filters of a report: from when to when, and which product; each is chosen from what its rows have. */
import { rowsOf, type Row } from './reports.ts';
import { word } from '../money/amounts.ts';
import { dayOf } from '../time/moments.ts';
import { weekCell } from '../time/weeks.ts';

import type { Report } from '../graph/generated/operations.ts';

export interface Chosen {
  readonly from: string;
  readonly until: string;
  readonly product: string;
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface Options {
  /** The days or weeks that the rows are of, the oldest first; empty if the report has none. */
  readonly times: readonly Option[];
  readonly products: readonly Option[];
}

/** All of a report. */
export const ALL: Chosen = { from: '', until: '', product: '' };
/** The columns that say when; the first that a report has decides. */
const TIMES = ['day', 'iso_week', 'cohort', 'last_day'];
/** The row that averages all weeks is of no week. */
const NO_WEEK = '*';

function timeOf(report: Report): string | undefined {
  return TIMES.find((column) => report.columns.includes(column));
}

function distinct(rows: readonly Row[], column: string): readonly string[] {
  return [...new Set(rows.map((row) => row[column] ?? ''))].filter((value) => value !== '' && value !== NO_WEEK).sort();
}

export function optionsOf(report: Report): Options {
  const [rows, time] = [rowsOf(report), timeOf(report)];
  const times = time === undefined ? [] : distinct(rows, time);
  const products = report.columns.includes('product') ? distinct(rows, 'product') : [];
  return {
    times: times.length < 2 ? [] : times.map((value) => ({ value, label: value.includes('W') ? weekCell(value) : dayOf(value) })),
    products: products.length < 2 ? [] : products.map((value) => ({ value, label: word(value) })),
  };
}

/** Return the report with the rows that are wanted; a row of all weeks is of the whole report alone. */
export function filtered(report: Report, { from, until, product }: Chosen): Report {
  const [time, place] = [timeOf(report), report.columns.indexOf('product')];
  const at = time === undefined ? -1 : report.columns.indexOf(time);
  const isWanted = (row: Report['rows'][number]) => {
    const when = row[at] ?? '';
    if (at >= 0 && (from !== '' || until !== '') && (when === NO_WEEK || (from !== '' && when < from) || (until !== '' && when > until))) return false;
    return product === '' || place < 0 || row[place] === product;
  };
  return { ...report, rows: report.rows.filter(isWanted) };
}
