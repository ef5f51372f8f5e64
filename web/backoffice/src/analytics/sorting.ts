/** The rows of an answer by one of its columns, as its head sorts them: figures by size, days by time, empty cells last. */
import { isNumeric } from './answer.ts';

import type { AnalyticsAnswer } from '../graph/generated/operations.ts';

type Answer = Pick<AnalyticsAnswer['analyticsAnswer'], 'columns' | 'rows'>;

export interface Order {
  /** The place of the column. */
  readonly column: number;
  readonly isDown: boolean;
}

/** Texts as people sort them: b-2 comes before b-10, and capitals say nothing. ISO days and weeks are in time by it. */
const COLLATOR = new Intl.Collator('en-GB', { numeric: true });

/** Return the order after a press on a column's head: up, down, and then as the answer came. */
export function pressed(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, isDown: false };
  return order.isDown ? null : { column, isDown: true };
}

/** Return the rows in an order; those that are equal in it stay as they came. */
export function sorted(answer: Answer, order: Order | null): Answer['rows'] {
  if (order === null) return answer.rows;
  const { column, isDown } = order;
  const compare = isNumeric(answer, column) ? bySize : (left: string, right: string) => COLLATOR.compare(left, right);
  return answer.rows.toSorted((one, other) => {
    const [left, right] = [one[column] ?? null, other[column] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return isDown ? compare(right, left) : compare(left, right);
  });
}

const WHOLE = /^-?\d+$/u;

/** Pseudonyms have more digits than a number of the browser keeps. */
function bySize(left: string, right: string): number {
  if (!WHOLE.test(left) || !WHOLE.test(right)) return Number(left) - Number(right);
  const difference = BigInt(left) - BigInt(right);
  return difference < 0n ? -1 : Number(difference > 0n);
}
