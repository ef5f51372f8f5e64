/** What bets earn and may cost, as pictures: by day, by sports event, and of the bets that are open. */
import { bars, newest, text, value, type Figures, type Picture } from './picture.ts';
import { axisMoney, money, number, share, units, word } from '../money/amounts.ts';
import { dayOf } from '../time/moments.ts';
import { WORDS } from '../words/index.ts';

import type { Row } from './reports.ts';

const DAY = 24 * 60 * 60 * 1000;
const DAYS_OF_FINDING = 7;
const DAYS_DRAWN = 14;
const EVENTS_DRAWN = 8;
/** The event of a row that has all bets of a product, each once. */
const ALL_EVENTS = '*';

function whatOf(row: Row | undefined): string {
  const product = text(row, 'product');
  return WORDS.analytics.whatInCurrency({ what: product === '' ? WORDS.analytics.allProducts : word(product), currency: text(row, 'currency') });
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
  ['turnover_minor', WORDS.common.turnover],
  ['settled_minor', WORDS.analytics.settledStakes],
  ['returns_minor', WORDS.analytics.returns],
  ['gross_minor', WORDS.analytics.grossRevenue],
];
const AFTER_MARGIN: Figures = [
  ['free_gross_minor', WORDS.analytics.freeBets],
  ['club_cost_minor', WORDS.analytics.clubsCost],
  ['net_minor', WORDS.analytics.netRevenue],
];
const DRAWN: Figures = [
  ['settled_minor', WORDS.analytics.settledStakes],
  ['returns_minor', WORDS.analytics.returns],
  ['club_cost_minor', WORDS.analytics.clubsCost],
];

function earned(rows: readonly Row[], currency: string): string {
  const last = Date.parse(text(rows.at(-1), 'day'));
  const week = rows.filter((row) => last - Date.parse(text(row, 'day')) < DAYS_OF_FINDING * DAY);
  const [gross, settled, cost, net] = ['gross_minor', 'settled_minor', 'club_cost_minor', 'net_minor'].map((column) => sum(week, column)) as [number, number, number, number];
  if (rows.every((row) => value(row, 'bets') === 0 && value(row, 'settled_minor') === 0)) return WORDS.analytics.rewardsAnyProductCostSeven({ cost: money(cost, currency) });
  const written = { gross: money(gross, currency), net: money(net, currency), cost: money(cost, currency) };
  const revenue = settled > 0 ? WORDS.analytics.grossAndMarginInSevenDays({ ...written, margin: share(gross / settled) }) : WORDS.analytics.grossInSevenDays(written);
  return cost === 0 ? WORDS.analytics.netWithoutRewards({ revenue, ...written }) : WORDS.analytics.netWithRewards({ revenue, ...written });
}

export function revenue(rows: readonly Row[]): Picture {
  const currency = text(rows[0], 'currency');
  const shown = newest(rows, 'day', DAYS_DRAWN);
  const write = (row: Row) => ([column]: Figures[number]) => money(value(row, column), currency);
  return {
    name: text(rows[0], 'product') === '' ? WORDS.analytics.rewardsForAnyProductIn({ currency }) : WORDS.analytics.revenueOf({ what: whatOf(rows[0]) }),
    finding: earned(rows, currency),
    categories: shown.slots.map(dayOf),
    series: amounts(shown.rows, DRAWN.filter(([column]) => rows.some((row) => value(row, column) !== 0)), currency),
    format: axisMoney(currency),
    heads: [WORDS.common.dayUtc, WORDS.common.bets, ...REVENUE.map(([, head]) => head), WORDS.common.margin, ...AFTER_MARGIN.map(([, head]) => head)],
    rows: rows.toReversed().map((row) => [dayOf(text(row, 'day')), number(value(row, 'bets')), ...REVENUE.map(write(row)), percent(row), ...AFTER_MARGIN.map(write(row))]),
  };
}

/** Return what an event was called; bets on several, and games, are of none. */
function nameOf(row: Row | undefined): string {
  if (text(row, 'sports_event_id') !== '') return text(row, 'event_name');
  return text(row, 'product') === 'betting' ? WORDS.analytics.multiples : WORDS.common.games;
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
    name: WORDS.analytics.events({ what: whatOf(rows[0]) }),
    finding: WORDS.analytics.earnedMostAndLeast({
      best: nameOf(best),
      bestGross: money(value(best, 'gross_minor'), currency),
      worst: nameOf(worst),
      worstGross: money(value(worst, 'gross_minor'), currency),
    }),
    categories: shown.map(nameOf),
    series: amounts(shown, DRAWN.slice(0, 2), currency),
    format: axisMoney(currency),
    heads: [WORDS.common.event, WORDS.common.sport, WORDS.analytics.lastDayUtc, WORDS.common.bets, ...REVENUE.map(([, head]) => head), WORDS.common.margin],
    words: [WORDS.common.sport, WORDS.analytics.lastDayUtc],
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
  ['stake_minor', WORDS.common.stakes],
  ['returns_minor', WORDS.analytics.returnsIfAllWin],
  ['worst_minor', WORDS.common.worstCase],
];

export function exposure(rows: readonly Row[]): Picture {
  const currency = text(rows[0], 'currency');
  const [whole, apart] = [rows.find((row) => text(row, 'sports_event_id') === ALL_EVENTS), rows.filter((row) => text(row, 'sports_event_id') !== ALL_EVENTS)];
  const worst = apart.at(-1);
  const shown = apart.slice(-EVENTS_DRAWN).toReversed();
  const cost = money(value(whole, 'exposure_minor'), currency);
  return {
    name: WORDS.analytics.openBets({ what: whatOf(rows[0]) }),
    finding:
      worst === undefined
        ? WORDS.analytics.openBetsCostIfAllWin({ exposure: cost })
        : WORDS.analytics.openBetsCostAndWorst({ exposure: cost, worst: money(value(worst, 'worst_minor'), currency), event: nameOf(worst), pick: text(worst, 'worst_pick') }),
    categories: shown.map(nameOf),
    series: amounts(shown, [['stake_minor', WORDS.common.stakes], ['worst_minor', WORDS.common.worstCase]], currency),
    format: axisMoney(currency),
    heads: [WORDS.common.event, WORDS.analytics.startsUtc, WORDS.common.bets, ...OPEN.map(([, head]) => head), WORDS.analytics.costsMost, WORDS.analytics.multiples, WORDS.analytics.returnsOfMultiples],
    words: [WORDS.analytics.startsUtc, WORDS.analytics.costsMost],
    rows: rows.toReversed().map((row) => [
      text(row, 'sports_event_id') === ALL_EVENTS ? WORDS.analytics.allOpenBets : nameOf(row),
      text(row, 'starts_at') === '' ? '–' : text(row, 'starts_at').slice(0, 16),
      number(value(row, 'bets')),
      ...OPEN.map(([column]) => money(value(row, column), currency)),
      text(row, 'worst_pick') || '–',
      number(value(row, 'multiples')),
      row['multiple_returns_minor'] === null ? '–' : money(value(row, 'multiple_returns_minor'), currency),
    ]),
  };
}
