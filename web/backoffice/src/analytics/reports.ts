/** The reports of analytics: what they are called, and their rows by the names of their columns. */
import type { AnalyticsReportName, Report } from '../graph/generated/operations.ts';

export const REPORTS: readonly AnalyticsReportName[] = ['FUNNEL', 'LIABILITY', 'RETENTION', 'LATENCY', 'UPLIFT', 'REVENUE', 'EVENTS', 'EXPOSURE', 'REASONS'];

/** What each report is called, what its figures mean, and what its charts show. */
export const ABOUT: Readonly<Record<AnalyticsReportName, { readonly label: string; readonly about: string; readonly shows: string }>> = {
  FUNNEL: {
    label: 'Funnel',
    about: 'How many customers went how far in each week. Each step counts customers of the step before only.',
    shows: 'The bars are customers by week: members, and of these who reached the target, were credited and used the reward.',
  },
  LIABILITY: {
    label: 'Liability',
    about:
      'What the club owes for each week. Provisional: the target is reached in a week that can still change. Owed: the week is confirmed, the reward not credited. Credited: not used yet.',
    shows: 'The bars are what may still have to be paid by week: provisional, owed and credited, one on the other.',
  },
  RETENTION: {
    label: 'Retention',
    about: 'Of the customers who joined in one week, how many had a bet that counted so many weeks later. Week 0 is the week of joining.',
    shows: 'The bars are the share of customers who had a bet that counted, so many weeks after they joined.',
  },
  LATENCY: {
    label: 'Latency',
    about:
      'How long it took. To the stream: from when a bet changed until its message was produced. To the tracker: from that message until the progress it brought was published.',
    shows: 'The bars are milliseconds by day: half of the bets were faster than the first, 95 of 100 than the second.',
  },
  UPLIFT: {
    label: 'Uplift',
    about:
      'What the club changes: customers who are offered it, beside a control group of those who are not; and what a reward on trial changes, beside the default one. The true difference lies in the range with 95% confidence. Nothing is said about a group of under 200 customers, of whom 30 are active.',
    shows: 'The bars are the mean of a customer by week: with the club or the reward on trial, and beside it without.',
  },
  REVENUE: {
    label: 'Revenue',
    about:
      'What bets earned on each day (UTC). Turnover: customers’ own stakes, on the day of the bet. Gross revenue: settled stakes less what they returned, on the day of the result; a correction changes its own day. Net: with free bets, and without the rewards of the club. A reward that can be used on any product is in the figures of none: its cost stands apart.',
    shows: 'The bars are amounts by day: settled stakes, what they returned, and what rewards cost.',
  },
  EVENTS: {
    label: 'Events',
    about: 'What bets on each sports event earned, over all days. A bet on several events is in the row of multiples alone, so that the rows add up.',
    shows: 'The bars are amounts by event, the largest stakes first: settled stakes, and what they returned.',
  },
  EXPOSURE: {
    label: 'Open bets',
    about:
      'What open bets may cost. Worst case: in each market the costliest selection wins, and the others are placed, without the stakes on it. A multiple is whole at each of its events, so events cannot be added up.',
    shows: 'The bars are amounts by event, the worst first: stakes on open bets, and what they cost at worst.',
  },
  REASONS: {
    label: 'What counted',
    about: 'Why bets counted towards the target, or did not, by week, jurisdiction and currency. A bet counts in part if a part of it was void.',
    shows: 'The bars are bets by week: those that counted, and those that did not.',
  },
};

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, string | null>>;

export function rowsOf({ columns, rows }: Report): readonly Row[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place] ?? null])));
}

/** Return the rows by what they have in some columns, such as their currency: amounts of two currencies never meet. */
export function groupsOf(rows: readonly Row[], columns: readonly string[]): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = columns.map((column) => row[column]).join('\u0000');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}
