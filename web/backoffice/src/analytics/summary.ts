/** What the rows of an answer say column by column: how many values, the least and the greatest, and sum and mean of figures. */
import { decimalsOf, isMeasure, writerOf } from './answer.ts';
import { sorted } from './sorting.ts';
import { LOCALE } from '../money/amounts.ts';

import type { AnalyticsAnswer } from '../graph/generated/operations.ts';

type Answer = Pick<AnalyticsAnswer['analyticsAnswer'], 'columns' | 'rows'>;

export interface Summary {
  readonly column: string;
  readonly distinct: number;
  readonly empty: number;
  /** Null if there are not two values. */
  readonly ends: { readonly least: string; readonly greatest: string } | null;
  /** Of a column that measures something; empty for others. */
  readonly sum: string;
  readonly mean: string;
}

/** How many decimals the mean of whole numbers has. */
const MEAN_DECIMALS = 2;
const MAX_DECIMALS = 10;

/** Write a figure with so many decimals at most, so that 0.1 and 0.2 are 0.3. */
function written(figure: number, decimals: number): string {
  return figure.toLocaleString(LOCALE, { maximumFractionDigits: decimals });
}

function summaryOf(answer: Answer, column: number): Summary {
  const rows = sorted(answer, { column, isDown: false });
  const cells = rows.map((row) => row[column] ?? null).filter((cell) => cell !== null);
  const [least, greatest] = [cells[0], cells.at(-1)].map(writerOf(answer, column)) as [string, string];
  const isSummed = isMeasure(answer, column);
  const sum = isSummed ? cells.reduce((total, cell) => total + Number(cell), 0) : 0;
  const decimals = decimalsOf(answer, column);
  return {
    column: answer.columns[column] ?? '',
    distinct: new Set(cells).size,
    empty: rows.length - cells.length,
    ends: least === greatest ? null : { least, greatest },
    sum: isSummed ? written(sum, decimals ?? MAX_DECIMALS) : '',
    mean: isSummed ? written(sum / cells.length, decimals === null ? MAX_DECIMALS : Math.max(decimals, MEAN_DECIMALS)) : '',
  };
}

/** Return what each column of an answer has in the rows that are shown. */
export function summariesOf(answer: Answer): readonly Summary[] {
  return answer.columns.map((_, column) => summaryOf(answer, column));
}
