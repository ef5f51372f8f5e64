/** What is drawn of a report, and how its rows become bars and a table. */
import { slotsOf } from '../charts/slots.ts';

import type { Row } from './reports.ts';
import type { Bars } from '../charts/BarChart.tsx';

export interface Picture {
  readonly name: string;
  /** What it says, in a sentence. */
  readonly finding: string;
  readonly categories: readonly string[];
  readonly series: readonly Bars[];
  readonly isStacked?: boolean;
  readonly format: (value: number) => string;
  /** The columns; the first names the row, the others hold figures. */
  readonly heads: readonly string[];
  /** Those of them that hold words. */
  readonly words?: readonly string[];
  /** In the order in which they are read: the newest first. */
  readonly rows: readonly (readonly string[])[];
}

export type Figures = readonly (readonly [column: string, head: string])[];

export function value(row: Row | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

export function text(row: Row | undefined, column: string): string {
  return row?.[column] ?? '';
}

/** Return bars by row; what a row does not know, or what has no row, is a gap and no zero. */
export function bars(rows: readonly (Row | undefined)[], figures: Figures, show = (figure: number) => figure): readonly Bars[] {
  return figures.map(([column, label]) => ({ label, data: rows.map((row) => ((row?.[column] ?? null) === null ? null : show(value(row, column)))) }));
}

export interface Slots {
  /** The weeks or days that are drawn. */
  readonly slots: readonly string[];
  /** The row of each. */
  readonly rows: readonly (Row | undefined)[];
}

/** Return the newest weeks or days of rows, also those between them that have no row. */
export function newest(rows: readonly Row[], column: string, most: number): Slots {
  const byTime = new Map(rows.map((row) => [text(row, column), row]));
  const slots = slotsOf([...byTime.keys()], most);
  return { slots, rows: slots.map((slot) => byTime.get(slot)) };
}

/** Return the rows of a table, the newest first, each figure by a writer; a dash where there is none. */
export function cells(rows: readonly Row[], by: (row: Row) => string, figures: Figures, write: (figure: number) => string): readonly (readonly string[])[] {
  return rows.toReversed().map((row) => [by(row), ...figures.map(([column]) => (row[column] === null ? '–' : write(value(row, column))))]);
}
