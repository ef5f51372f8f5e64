/** The reports of analytics: what they are called, and their rows by the names of their columns. */
import { WORDS } from '../words/index.ts';

import type { AnalyticsReportName, Report } from '../graph/generated/operations.ts';

export const REPORTS: readonly AnalyticsReportName[] = ['FUNNEL', 'LIABILITY', 'RETENTION', 'LATENCY', 'UPLIFT', 'REVENUE', 'EVENTS', 'EXPOSURE', 'REASONS'];

/** What each report is called, what its figures mean, and what its charts show. */
export const ABOUT: Readonly<Record<AnalyticsReportName, { readonly label: string; readonly about: string; readonly shows: string }>> = {
  FUNNEL: {
    label: WORDS.common.funnel,
    about: WORDS.analytics.howManyCustomersWentHowFar,
    shows: WORDS.analytics.theBarsAreCustomersByWeek,
  },
  LIABILITY: {
    label: WORDS.common.liability,
    about:
      WORDS.analytics.whatTheClubOwesForEachWeek,
    shows: WORDS.analytics.barsWhatMayStillPaidWeek,
  },
  RETENTION: {
    label: WORDS.analytics.retention,
    about: WORDS.analytics.customersJoinedOneWeekHow,
    shows: WORDS.analytics.barsShareCustomersHadBet,
  },
  LATENCY: {
    label: WORDS.analytics.latency,
    about:
      WORDS.analytics.howLongItTook,
    shows: WORDS.analytics.theBarsAreMillisecondsByDay,
  },
  UPLIFT: {
    label: WORDS.analytics.uplift,
    about:
      WORDS.analytics.whatTheClubChanges,
    shows: WORDS.analytics.barsMeanCustomerWeekClub,
  },
  REVENUE: {
    label: WORDS.analytics.revenue,
    about:
      WORDS.analytics.whatBetsEarnedOnEachDayUtc,
    shows: WORDS.analytics.theBarsAreAmountsByDay,
  },
  EVENTS: {
    label: WORDS.common.events,
    about: WORDS.analytics.whatBetsEachSportsEvent,
    shows: WORDS.analytics.barsAmountsEventLargest,
  },
  EXPOSURE: {
    label: WORDS.common.openBets,
    about:
      WORDS.analytics.whatOpenBetsMayCost,
    shows: WORDS.analytics.barsAmountsEventWorstFirst,
  },
  REASONS: {
    label: WORDS.analytics.whatCounted,
    about: WORDS.analytics.whyBetsCountedTowards,
    shows: WORDS.analytics.theBarsAreBetsByWeek,
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
