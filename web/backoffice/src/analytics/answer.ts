/** What is drawn of an answer in SQL: bars, if each row is a label with figures. */
import { slotsOf } from '../charts/slots.ts';
import { number } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { Bars } from '../charts/BarChart.tsx';
import type { AnalyticsAnswer } from '../graph/generated/operations.ts';

type Answer = Pick<AnalyticsAnswer['analyticsAnswer'], 'columns' | 'rows'>;

interface Chart {
  readonly label: string;
  readonly categories: readonly string[];
  readonly series: readonly Bars[];
  readonly format: (value: number) => string;
}

const FIGURE = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/iu;
const TIME = /^\d{4}-(\d{2}-\d{2}|W\d{2})/u;
const MAX_BARS = 40;
const MAX_SERIES = 4;

/** Whether a column has texts of a form, and nothing else. */
function hasOnly({ rows }: Answer, column: number, form: RegExp): boolean {
  const values = rows.map((row) => row[column] ?? null).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => form.test(value));
}

/** What a column is called whose digits name something, and measure nothing. */
const NAMES = /(^|_)(ids?|customer|pseudonym|year|month|week|day|hour|version|revision|partition|offset|position|sequence|epoch|code|number|later)$/iu;

/** Digits that are more than any sum has: pseudonyms, and hashes. */
const HASH = /^\d{17,}$/u;

/** Whether a column has figures alone, also those that measure nothing. */
export function isNumeric(answer: Answer, column: number): boolean {
  return hasOnly(answer, column, FIGURE);
}

/** Whether a column measures something. */
export function isMeasure(answer: Answer, column: number): boolean {
  const isName = NAMES.test(answer.columns[column] ?? '') || answer.rows.some((row) => HASH.test(row[column] ?? ''));
  return !isName && isNumeric(answer, column);
}

/** Whether a column has dates, weeks or moments, which stay on one line. */
export function isTimes(answer: Answer, column: number): boolean {
  return hasOnly(answer, column, TIME);
}

/** As many decimals as people read; 0.571428… of a division is 0.5714. */
const MAX_DECIMALS = 4;

/** Below this, four decimals are too few. */
const SMALL = 0.01;

/** Return how many decimals the figures of a column are shown with; null if they are shown as they are. */
export function decimalsOf({ rows }: Answer, column: number): number | null {
  const cells = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '');
  const isSmall = cells.some((cell) => Number(cell) !== 0 && Math.abs(Number(cell)) < SMALL);
  return isSmall ? null : Math.min(MAX_DECIMALS, Math.max(0, ...cells.map((cell) => cell.split('.')[1]?.length ?? 0)));
}

/** Return the writer of a column's cells: measures with separators, and all with the same decimals; files have them as they are. */
export function writerOf(answer: Answer, column: number): (cell: string | null | undefined) => string {
  const isSeparated = isMeasure(answer, column);
  const decimals = decimalsOf(answer, column);
  return (cell) => {
    if (cell === null || cell === undefined) return '–';
    if (!isSeparated || /e/iu.test(cell)) return cell;
    const digits = decimals === null || decimals === 0 ? cell : Number(cell).toFixed(decimals);
    const [whole = '', ...fraction] = digits.split('.');
    return [whole.replace(/\B(?=(\d{3})+$)/gu, ','), ...fraction].join('.');
  };
}

/** Return rows of days or weeks with the oldest first, as time is drawn, and those without a row as gaps; others as they are. */
function inTime(rows: Answer['rows']): Answer['rows'] {
  const isTime = rows.every((row) => TIME.test(row[0] ?? ''));
  if (!isTime) return rows;
  const ordered = rows.toSorted((left, right) => (left[0] ?? '').localeCompare(right[0] ?? ''));
  const byTime = new Map(ordered.map((row) => [row[0] ?? '', row]));
  const slots = slotsOf([...byTime.keys()], MAX_BARS + 1);
  return byTime.size < rows.length || slots.length > MAX_BARS ? ordered : slots.map((slot) => byTime.get(slot) ?? [slot]);
}

function figureOf(cell: string | null | undefined): number | null {
  return cell === null || cell === undefined ? null : Number(cell);
}

/** Return rows of two labels and a figure as one row for each first label, with a column for each second one; others as they are. */
function bySecondLabel(answer: Answer): Answer & { readonly label?: string } {
  const { columns, rows } = answer;
  const [column = '', second = '', figure = ''] = columns;
  const series = [...new Set(rows.map((row) => row[1] ?? '–'))].sort();
  const isPair = columns.length === 3 && rows.length > 1 && series.length <= MAX_SERIES && ![0, 1].some((at) => isMeasure(answer, at)) && isMeasure(answer, 2);
  const firsts = new Map<string | null, (string | null)[]>();
  if (!isPair) return answer;
  for (const [first = null, name, cell = null] of rows) {
    const row = firsts.get(first) ?? [first, ...series.map(() => null)];
    const at = series.indexOf(name ?? '–') + 1;
    if (firsts.has(first) && row[at] !== null) return answer; // several rows of the same labels
    row[at] = cell;
    firsts.set(first, row);
  }
  return { columns: [column, ...series], rows: [...firsts.values()], label: WORDS.analytics.figureByColumns({ figure, column, series: second }) };
}

/** Return the bars of an answer; null unless its rows are few, each a label and at most four figures, none below zero; or two labels and one. */
export function chartOf(whole: Answer): Chart | null {
  const answer = bySecondLabel(whole);
  const { columns, rows } = answer;
  const figures = columns.slice(1).map((_, at) => at + 1);
  const isDrawn = rows.length > 1 && rows.length <= MAX_BARS && figures.length > 0 && figures.length <= MAX_SERIES;
  if (!isDrawn || isMeasure(answer, 0) || !figures.every((column) => isMeasure(answer, column))) return null;
  const drawn = inTime(rows);
  const series = figures.map((column) => ({ label: columns[column] ?? '', data: drawn.map((row) => figureOf(row[column])) }));
  if (series.some(({ data }) => data.some((value) => value !== null && value < 0))) return null;
  const label = answer.label ?? WORDS.analytics.seriesByColumn({ series: series.map((bars) => bars.label).join(', '), column: columns[0] ?? '' });
  return { label, categories: drawn.map((row) => row[0] ?? '–'), series, format: number };
}

/** Say how much of an answer is shown, and how many milliseconds it took. */
export function shownOf(shown: number, all: number, took: number): string {
  if (all === 0) return WORDS.analytics.noRows;
  const seconds = Math.max(took / 1000, 0.1).toFixed(1);
  if (shown < all) return WORDS.analytics.theFirstOfRows({ shown: number(shown), all: number(all), seconds });
  return WORDS.analytics.rows({ all, shown: number(all), seconds });
}
