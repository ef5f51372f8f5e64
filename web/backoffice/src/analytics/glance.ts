/** What the rows of an answer say column by column: how many values, the least and the greatest, and sum and mean of figures. */
import { cellText, isMeasure } from './answer.ts';
import { sorted } from './sorting.ts';
import { LOCALE, number } from '../money/amounts.ts';

import type { AnalyticsAnswer } from '../graph/generated/operations.ts';

type Answer = Pick<AnalyticsAnswer['analyticsAnswer'], 'columns' | 'rows'>;

export interface Glance {
  readonly column: string;
  readonly distinct: string;
  readonly empty: string;
  readonly least: string;
  readonly greatest: string;
  /** Of a column that measures something; a dash for others. */
  readonly sum: string;
  readonly mean: string;
}

const NONE = '–';
/** How many decimals a mean has more than its figures. */
const MORE_DECIMALS = 2;
const MAX_DECIMALS = 10;

function decimalsOf(cells: readonly string[]): number {
  return Math.min(MAX_DECIMALS, Math.max(0, ...cells.map((cell) => cell.split('.')[1]?.length ?? 0)));
}

/** Write a figure with so many decimals at most, so that 0.1 and 0.2 are 0.3. */
function written(figure: number, decimals: number): string {
  return figure.toLocaleString(LOCALE, { maximumFractionDigits: decimals });
}

function glanceOf(answer: Answer, column: number): Glance {
  const cells = answer.rows.map((row) => row[column] ?? null).filter((cell) => cell !== null);
  const inOrder = sorted({ ...answer, rows: answer.rows.filter((row) => (row[column] ?? null) !== null) }, { column, isDown: false });
  const shown = (row: Answer['rows'][number] | undefined) => (row === undefined ? NONE : cellText(answer, column, row[column]));
  const isSummed = isMeasure(answer, column);
  const sum = isSummed ? cells.reduce((total, cell) => total + Number(cell), 0) : 0;
  const decimals = decimalsOf(cells);
  return {
    column: answer.columns[column] ?? '',
    distinct: number(new Set(cells).size),
    empty: number(answer.rows.length - cells.length),
    least: shown(inOrder[0]),
    greatest: shown(inOrder.at(-1)),
    sum: isSummed ? written(sum, decimals) : NONE,
    mean: isSummed ? written(sum / cells.length, Math.min(MAX_DECIMALS, decimals + MORE_DECIMALS)) : NONE,
  };
}

/** Return what each column of an answer has in the rows that are shown. */
export function glancesOf(answer: Answer): readonly Glance[] {
  return answer.columns.map((_, column) => glanceOf(answer, column));
}
