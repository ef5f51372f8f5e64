/** What is drawn of a report, and how its rows become bars and a table. */
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

export function bars(rows: readonly Row[], figures: Figures, show = (figure: number) => figure): readonly Bars[] {
  return figures.map(([column, label]) => ({ label, data: rows.map((row) => show(value(row, column))) }));
}

/** Return the rows of a table, the newest first, each figure by a writer; a dash where there is none. */
export function cells(rows: readonly Row[], by: (row: Row) => string, figures: Figures, write: (figure: number) => string): readonly (readonly string[])[] {
  return rows.toReversed().map((row) => [by(row), ...figures.map(([column]) => (row[column] === null ? '–' : write(value(row, column))))]);
}
