/** What is drawn of each report: a picture for each currency or jurisdiction, what it says, and the table of its figures. */
import { events, exposure, revenue } from './bets.ts';
import { reasons } from './reasons.ts';
import { bars, cells, newest, text, value, type Figures, type Picture } from './picture.ts';
import { groupsOf, rowsOf, type Row } from './reports.ts';
import { rewardName } from '../frame/names.ts';
import { axisMoney, money, number, share, units, word } from '../money/amounts.ts';
import { dayOf } from '../time/moments.ts';
import { weekCell, weekName, weekTick } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { AnalyticsReportName, Report } from '../graph/generated/operations.ts';

const STEPS: Figures = [
  ['bettors', WORDS.common.bet],
  ['members', WORDS.analytics.members],
  ['counting', WORDS.analytics.hadABetThatCounted],
  ['qualified', WORDS.common.reachedTheTarget],
  ['chose', WORDS.analytics.choseAReward],
  ['credited', WORDS.common.credited],
  ['used', WORDS.common.used],
];
const DRAWN_STEPS = ['members', 'qualified', 'credited', 'used'];
const FUNNEL_WEEKS = 6;

function funnel(rows: readonly Row[]): Picture {
  const last = rows.at(-1);
  const [members, qualified, week] = [value(last, 'members'), value(last, 'qualified'), text(last, 'iso_week')];
  const shown = newest(rows, 'iso_week', FUNNEL_WEEKS);
  return {
    name: WORDS.analytics.funnelIn({ jurisdiction: text(last, 'jurisdiction') }),
    finding:
      members === 0
        ? WORDS.analytics.nobodyWasAMemberIn({ week: weekName(week) })
        : WORDS.analytics.membersReachedTheTarget({
            count: members,
            qualified: number(qualified),
            members: number(members),
            share: share(qualified / members),
            week: weekName(week),
          }),
    categories: shown.slots.map(weekTick),
    series: bars(shown.rows, STEPS.filter(([column]) => DRAWN_STEPS.includes(column))),
    format: number,
    heads: [WORDS.common.week, ...STEPS.map(([, head]) => head)],
    rows: cells(rows, (row) => weekCell(text(row, 'iso_week')), STEPS, number),
  };
}

const OPEN: Figures = [
  ['provisional', WORDS.analytics.provisional],
  ['owed', WORDS.common.owed],
  ['credited', WORDS.common.credited],
];
const AMOUNTS: Figures = [...OPEN, ['used', WORDS.common.used], ['expired', WORDS.common.expired], ['forecast', WORDS.analytics.forecast], ['forecast_low', WORDS.common.atLeast], ['forecast_high', WORDS.common.atMost]];
const LIABILITY_WEEKS = 8;

function liability(rows: readonly Row[]): Picture {
  const currency = text(rows[0], 'currency');
  const write = (minor: number) => money(minor, currency);
  const open = rows.reduce((sum, row) => sum + OPEN.reduce((total, [column]) => total + value(row, column), 0), 0);
  const shown = newest(rows, 'iso_week', LIABILITY_WEEKS);
  const amounts = cells(rows, (row) => weekCell(text(row, 'iso_week')), AMOUNTS, write);
  const customers = rows.toReversed().map((row) => number(value(row, 'customers')));
  return {
    name: WORDS.analytics.liabilityIn({ currency }),
    finding: open === 0 ? WORDS.analytics.nothingIsOwed : WORDS.analytics.mayStillHaveToBePaid({ open: write(open) }),
    categories: shown.slots.map(weekTick),
    series: bars(shown.rows, OPEN, (minor) => units(minor, currency)),
    isStacked: true,
    format: axisMoney(currency),
    heads: [WORDS.common.week, WORDS.common.customers, ...AMOUNTS.map(([, head]) => head)],
    rows: amounts.map(([week = '', ...figures], at) => [week, customers[at] ?? '', ...figures]),
  };
}

/** The share of all customers who joined so many weeks before, and each week's customers as a row. */
function retention(rows: readonly Row[]): Picture {
  const weeks = [...new Set(rows.map((row) => value(row, 'weeks_later')))].sort((left, right) => left - right);
  const shares = weeks.map((later) => {
    const after = rows.filter((row) => value(row, 'weeks_later') === later);
    const sum = (column: string) => after.reduce((total, row) => total + value(row, column), 0);
    return sum('active') / Math.max(1, sum('size'));
  });
  const next = shares[weeks.indexOf(1)];
  return {
    name: WORDS.analytics.retention,
    finding: next === undefined ? WORDS.analytics.nobodyJoinedMoreThanAWeekAgo : WORDS.analytics.thoseJoinedHadBetCounted({ next: share(next) }),
    categories: weeks.map((later) => WORDS.analytics.week({ later })),
    series: [{ label: WORDS.common.active, data: shares }],
    format: share,
    heads: [WORDS.analytics.joinedIn, WORDS.common.customers, ...weeks.map((later) => WORDS.analytics.week({ later }))],
    rows: groupsOf(rows, ['cohort'])
      .toReversed()
      .map((cohort) => [
        weekCell(text(cohort[0], 'cohort')),
        number(value(cohort[0], 'size')),
        ...weeks.map((later) => {
          const row = cohort.find((after) => value(after, 'weeks_later') === later);
          return row === undefined ? '–' : share(value(row, 'percent') / 100);
        }),
      ]),
  };
}

const LATENCIES: Figures = [
  ['p50', WORDS.analytics.median],
  ['p95', WORDS.analytics.mostWithin],
  ['p99', WORDS.analytics.nearlyAllWithin],
];
const LATENCY_DAYS = 14;

function milliseconds(figure: number): string {
  return WORDS.analytics.ms({ figure: number(figure) });
}

function latency(rows: readonly Row[]): Picture {
  const [last, stage] = [rows.at(-1), text(rows[0], 'stage').replace(/^bet to /u, '')];
  const shown = newest(rows, 'day', LATENCY_DAYS);
  const measured = rows.toReversed().map((row) => number(value(row, 'measured')));
  const times = cells(rows, (row) => dayOf(text(row, 'day')), LATENCIES, milliseconds);
  return {
    name: WORDS.analytics.latencyToThe({ stage }),
    finding: WORDS.analytics.mostBetsReachedStage({ stage, p95: milliseconds(value(last, 'p95')), day: dayOf(text(last, 'day')) }),
    categories: shown.slots.map(dayOf),
    series: bars(shown.rows, LATENCIES.slice(0, 2)),
    format: milliseconds,
    heads: [WORDS.common.day, WORDS.analytics.measured, ...LATENCIES.map(([, head]) => head)],
    rows: times.map(([date = '', ...figures], at) => [date, measured[at] ?? '', ...figures]),
  };
}

const EFFECTS: Figures = [
  ['effect', WORDS.analytics.difference],
  ['low', WORDS.common.atLeast],
  ['high', WORDS.common.atMost],
];
/** The row that averages all weeks. */
const ALL_WEEKS = '*';
const UPLIFT_WEEKS = 8;
const VERDICTS: Readonly<Record<string, string>> = WORDS.analytics.verdicts;

interface Measure {
  readonly what: string;
  readonly write: (figure: number) => string;
  readonly axis: (figure: number) => string;
  readonly drawn: (figure: number) => number;
}

function measureOf(row: Row | undefined): Measure {
  const currency = text(row, 'currency');
  if (text(row, 'measure') === 'stakes of a customer') {
    const write = (minor: number) => money(Math.round(minor), currency);
    return { what: WORDS.analytics.stakesOfACustomerInAWeek, write, axis: axisMoney(currency), drawn: (minor) => units(minor, currency) };
  }
  return { what: WORDS.analytics.customersWhoAreActiveInAWeek, write: (percent) => share(percent / 100), axis: share, drawn: (percent) => percent / 100 };
}

function uplift(rows: readonly Row[]): Picture {
  const measure = measureOf(rows[0]);
  const brand = text(rows[0], 'brand');
  const isTrial = text(rows[0], 'against') !== 'control group';
  const [reward, against] = [rewardName(brand, text(rows[0], 'reward_id')), rewardName(brand, text(rows[0], 'against'))];
  const compared: Figures = [
    ['club', isTrial ? WORDS.analytics.withReward({ reward }) : WORDS.analytics.withTheClub],
    ['control', isTrial ? WORDS.analytics.withReward({ reward: against }) : WORDS.common.controlGroup],
  ];
  const drawn = [...compared, ...EFFECTS];
  const weeks = rows.filter((row) => text(row, 'iso_week') !== ALL_WEEKS);
  const whole = rows.find((row) => text(row, 'iso_week') === ALL_WEEKS) ?? weeks.at(-1);
  const shown = newest(weeks.filter((row) => row['club'] !== null), 'iso_week', UPLIFT_WEEKS);
  const ordered = [...weeks, ...rows.filter((row) => !weeks.includes(row))];
  const figures = cells(ordered, (row) => (text(row, 'iso_week') === ALL_WEEKS ? WORDS.common.allWeeks : weekCell(text(row, 'iso_week'))), drawn, measure.write);
  return {
    name: isTrial ? WORDS.analytics.inWithInPlaceOf({ what: measure.what, jurisdiction: text(rows[0], 'jurisdiction'), reward, against }) : WORDS.analytics.measuredWith({ what: measure.what, jurisdiction: text(rows[0], 'jurisdiction'), reward }),
    finding: `${measure.what}: ${verdict(whole, measure, isTrial ? reward : WORDS.analytics.theClub)}`,
    categories: shown.slots.map(weekTick),
    series: bars(shown.rows, compared, measure.drawn),
    format: measure.axis,
    heads: [WORDS.common.week, ...drawn.map(([, head]) => head), WORDS.analytics.customersWithIt, WORDS.analytics.customersWithout, WORDS.analytics.rewardsForACustomer, WORDS.analytics.finding],
    words: [WORDS.analytics.finding],
    rows: figures.map((cellsOfRow, at) => {
      const row = ordered.at(-1 - at);
      const customers = ['club_customers', 'control_customers'].map((column) => number(value(row, column)));
      const rewards = row?.['credited_minor'] === null ? '–' : money(Math.round(value(row, 'credited_minor')), text(row, 'currency'));
      return [...cellsOfRow, ...customers, rewards, VERDICTS[text(row, 'verdict')] ?? word(text(row, 'verdict'))];
    }),
  };
}

function verdict(row: Row | undefined, { write }: Measure, what: string): string {
  const [said, effect] = [text(row, 'verdict'), value(row, 'effect')];
  const range = WORDS.analytics.lowToHigh({ low: write(value(row, 'low')), high: write(value(row, 'high')) });
  if (said === 'more') return WORDS.analytics.moreWith({ effect: write(effect), what, range });
  if (said === 'less') return WORDS.analytics.lessWith({ effect: write(-effect), what, range });
  return said === 'no difference shown' ? WORDS.analytics.noDifferenceIsShown({ range }) : said;
}

const PICTURES: Readonly<Record<AnalyticsReportName, readonly [by: readonly string[], picture: (rows: readonly Row[]) => Picture]>> = {
  FUNNEL: [['jurisdiction'], funnel],
  LIABILITY: [['currency'], liability],
  RETENTION: [[], retention],
  LATENCY: [['stage'], latency],
  UPLIFT: [['jurisdiction', 'currency', 'reward_id', 'against', 'measure'], uplift],
  REVENUE: [['product', 'currency'], revenue],
  EVENTS: [['product', 'currency'], events],
  EXPOSURE: [['product', 'currency'], exposure],
  REASONS: [['jurisdiction', 'currency'], reasons],
};

/** Return the pictures of a report; none if it has no rows. */
export function picturesOf(name: AnalyticsReportName, report: Report): readonly Picture[] {
  const [by, picture] = PICTURES[name];
  return groupsOf(rowsOf(report), by).map(picture);
}
