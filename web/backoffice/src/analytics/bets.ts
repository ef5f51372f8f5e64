/** What bets earn and may cost, as pictures: by day, by sports event, and of the bets that are open. */
import { bars, newest, text, value, type Figures, type Picture } from './picture.ts';
import { axisMoney, money, number, share, units, word } from '../money/amounts.ts';
import { dayOf } from '../time/moments.ts';

import type { Row } from './reports.ts';

const DAY = 24 * 60 * 60 * 1000;
const DAYS_OF_FINDING = 7;
const DAYS_DRAWN = 14;
const EVENTS_DRAWN = 8;
/** The event of a row that has all bets of a product, each once. */
const ALL_EVENTS = '*';

function whatOf(row: Row | undefined): string {
  const product = text(row, 'product');
  return `${product === '' ? 'All products' : word(product)} in ${text(row, 'currency')}`;
}

function sum(rows: readonly Row[], column: string): number {
  return rows.reduce((total, row) => total + value(row, column), 0);
}

/** Return amounts as bars; what is below zero, such as of corrections, has none, and is in the table. */
function amounts(rows: readonly (Row | undefined)[], figures: Figures, currency: string) {
  return bars(rows, figures, (minor) => Math.max(0, units(minor, currency)));
}

function percent(row: Row): string {
  return row['margin'] === null ? '–' : share(value(row, 'margin') / 100);
}

const REVENUE: Figures = [
  ['turnover_minor', 'Turnover'],
  ['settled_minor', 'Settled stakes'],
  ['returns_minor', 'Returns'],
  ['gross_minor', 'Gross revenue'],
];
const AFTER_MARGIN: Figures = [
  ['free_gross_minor', 'Free bets'],
  ['club_cost_minor', 'Club’s cost'],
  ['net_minor', 'Net revenue'],
];
const DRAWN: Figures = [
  ['settled_minor', 'Settled stakes'],
  ['returns_minor', 'Returns'],
  ['club_cost_minor', 'Club’s cost'],
];

function earned(rows: readonly Row[], currency: string): string {
  const last = Date.parse(text(rows.at(-1), 'day'));
  const week = rows.filter((row) => last - Date.parse(text(row, 'day')) < DAYS_OF_FINDING * DAY);
  const [gross, settled, cost, net] = ['gross_minor', 'settled_minor', 'club_cost_minor', 'net_minor'].map((column) => sum(week, column)) as [number, number, number, number];
  if (rows.every((row) => value(row, 'bets') === 0 && value(row, 'settled_minor') === 0)) return `Rewards for any product cost ${money(cost, currency)} in seven days`;
  const margin = settled > 0 ? ` (margin ${share(gross / settled)})` : '';
  return `${money(gross, currency)} gross revenue in seven days${margin}; ${money(net, currency)} net, with free bets and ${cost === 0 ? 'no rewards for this product alone' : `rewards of ${money(cost, currency)} for this product`}`;
}

export function revenue(rows: readonly Row[]): Picture {
  const currency = text(rows[0], 'currency');
  const shown = newest(rows, 'day', DAYS_DRAWN);
  const write = (row: Row) => ([column]: Figures[number]) => money(value(row, column), currency);
  return {
    name: text(rows[0], 'product') === '' ? `Rewards for any product, in ${currency}` : `Revenue: ${whatOf(rows[0])}`,
    finding: earned(rows, currency),
    categories: shown.slots.map(dayOf),
    series: amounts(shown.rows, DRAWN.filter(([column]) => rows.some((row) => value(row, column) !== 0)), currency),
    format: axisMoney(currency),
    heads: ['Day (UTC)', 'Bets', ...REVENUE.map(([, head]) => head), 'Margin', ...AFTER_MARGIN.map(([, head]) => head)],
    rows: rows.toReversed().map((row) => [dayOf(text(row, 'day')), number(value(row, 'bets')), ...REVENUE.map(write(row)), percent(row), ...AFTER_MARGIN.map(write(row))]),
  };
}

/** Return what an event was called; bets on several, and games, are of none. */
function nameOf(row: Row | undefined): string {
  if (text(row, 'sports_event_id') !== '') return text(row, 'event_name');
  return text(row, 'product') === 'betting' ? 'Multiples' : 'Games';
}

/** Return rows by what they have in a column, the most first. */
function sortedBy(rows: readonly Row[], column: string): readonly Row[] {
  return rows.toSorted((left, right) => value(right, column) - value(left, column));
}

export function events(rows: readonly Row[]): Picture {
  const currency = text(rows[0], 'currency');
  const named = rows.filter((row) => text(row, 'sports_event_id') !== '');
  const compared = named.length === 0 ? rows : named;
  const byGross = sortedBy(compared, 'gross_minor');
  const [best, worst] = [byGross[0], byGross.at(-1)];
  const shown = sortedBy(compared, 'settled_minor').slice(0, EVENTS_DRAWN);
  return {
    name: `Events: ${whatOf(rows[0])}`,
    finding: `${nameOf(best)} earned most: ${money(value(best, 'gross_minor'), currency)}; ${nameOf(worst)} least: ${money(value(worst, 'gross_minor'), currency)}`,
    categories: shown.map(nameOf),
    series: amounts(shown, DRAWN.slice(0, 2), currency),
    format: axisMoney(currency),
    heads: ['Event', 'Sport', 'Last day (UTC)', 'Bets', ...REVENUE.map(([, head]) => head), 'Margin'],
    words: ['Sport', 'Last day (UTC)'],
    rows: rows.toReversed().map((row) => [
      nameOf(row),
      word(text(row, 'sport')),
      dayOf(text(row, 'last_day')),
      number(value(row, 'bets')),
      ...REVENUE.map(([column]) => money(value(row, column), currency)),
      percent(row),
    ]),
  };
}

const OPEN: Figures = [
  ['stake_minor', 'Stakes'],
  ['returns_minor', 'Returns if all win'],
  ['worst_minor', 'Worst case'],
];

export function exposure(rows: readonly Row[]): Picture {
  const currency = text(rows[0], 'currency');
  const [whole, apart] = [rows.find((row) => text(row, 'sports_event_id') === ALL_EVENTS), rows.filter((row) => text(row, 'sports_event_id') !== ALL_EVENTS)];
  const worst = apart.at(-1);
  const shown = apart.slice(-EVENTS_DRAWN).toReversed();
  const dearest = worst === undefined ? '' : `; at worst ${money(value(worst, 'worst_minor'), currency)} on ${nameOf(worst)} (${text(worst, 'worst_pick')})`;
  return {
    name: `Open bets: ${whatOf(rows[0])}`,
    finding: `Open bets cost ${money(value(whole, 'exposure_minor'), currency)} if all win${dearest}`,
    categories: shown.map(nameOf),
    series: amounts(shown, [['stake_minor', 'Stakes'], ['worst_minor', 'Worst case']], currency),
    format: axisMoney(currency),
    heads: ['Event', 'Starts (UTC)', 'Bets', ...OPEN.map(([, head]) => head), 'Costs most', 'Multiples', 'Returns of multiples'],
    words: ['Starts (UTC)', 'Costs most'],
    rows: rows.toReversed().map((row) => [
      text(row, 'sports_event_id') === ALL_EVENTS ? 'All open bets' : nameOf(row),
      text(row, 'starts_at') === '' ? '–' : text(row, 'starts_at').slice(0, 16),
      number(value(row, 'bets')),
      ...OPEN.map(([column]) => money(value(row, column), currency)),
      text(row, 'worst_pick') || '–',
      number(value(row, 'multiples')),
      row['multiple_returns_minor'] === null ? '–' : money(value(row, 'multiple_returns_minor'), currency),
    ]),
  };
}
