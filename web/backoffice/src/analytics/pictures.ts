/** What is drawn of each report: a picture for each currency or jurisdiction, what it says, and the table of its figures. */
import { events, exposure, revenue } from './bets.ts';
import { reasons } from './reasons.ts';
import { bars, cells, newest, text, value, type Figures, type Picture } from './picture.ts';
import { groupsOf, rowsOf, type Row } from './reports.ts';
import { axisMoney, money, number, share, units } from '../money/amounts.ts';
import { dayOf } from '../time/moments.ts';
import { weekCell, weekName, weekTick } from '../time/weeks.ts';

import type { AnalyticsReportName, Report } from '../graph/generated/operations.ts';

const STEPS: Figures = [
  ['bettors', 'Bet'],
  ['members', 'Members'],
  ['counting', 'Had a bet that counted'],
  ['qualified', 'Reached the target'],
  ['chose', 'Chose a reward'],
  ['credited', 'Credited'],
  ['used', 'Used'],
];
const DRAWN_STEPS = ['members', 'qualified', 'credited', 'used'];
const FUNNEL_WEEKS = 6;

function funnel(rows: readonly Row[]): Picture {
  const last = rows.at(-1);
  const [members, qualified, week] = [value(last, 'members'), value(last, 'qualified'), text(last, 'iso_week')];
  const shown = newest(rows, 'iso_week', FUNNEL_WEEKS);
  return {
    name: `Funnel in ${text(last, 'jurisdiction')}`,
    finding: members === 0 ? `Nobody was a member in ${weekName(week)}` : `${number(qualified)} of ${number(members)} members (${share(qualified / members)}) reached the target in ${weekName(week)}`,
    categories: shown.slots.map(weekTick),
    series: bars(shown.rows, STEPS.filter(([column]) => DRAWN_STEPS.includes(column))),
    format: number,
    heads: ['Week', ...STEPS.map(([, head]) => head)],
    rows: cells(rows, (row) => weekCell(text(row, 'iso_week')), STEPS, number),
  };
}

const OPEN: Figures = [
  ['provisional', 'Provisional'],
  ['owed', 'Owed'],
  ['credited', 'Credited'],
];
const AMOUNTS: Figures = [...OPEN, ['used', 'Used'], ['expired', 'Expired'], ['forecast', 'Forecast'], ['forecast_low', 'At least'], ['forecast_high', 'At most']];
const LIABILITY_WEEKS = 8;

function liability(rows: readonly Row[]): Picture {
  const currency = text(rows[0], 'currency');
  const write = (minor: number) => money(minor, currency);
  const open = rows.reduce((sum, row) => sum + OPEN.reduce((total, [column]) => total + value(row, column), 0), 0);
  const shown = newest(rows, 'iso_week', LIABILITY_WEEKS);
  const amounts = cells(rows, (row) => weekCell(text(row, 'iso_week')), AMOUNTS, write);
  const customers = rows.toReversed().map((row) => number(value(row, 'customers')));
  return {
    name: `Liability in ${currency}`,
    finding: open === 0 ? 'Nothing is owed' : `${write(open)} may still have to be paid`,
    categories: shown.slots.map(weekTick),
    series: bars(shown.rows, OPEN, (minor) => units(minor, currency)),
    isStacked: true,
    format: axisMoney(currency),
    heads: ['Week', 'Customers', ...AMOUNTS.map(([, head]) => head)],
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
    name: 'Retention',
    finding: next === undefined ? 'Nobody joined more than a week ago' : `${share(next)} of those who joined had a bet that counted in the next week`,
    categories: weeks.map((later) => `Week ${later}`),
    series: [{ label: 'Active', data: shares }],
    format: share,
    heads: ['Joined in', 'Customers', ...weeks.map((later) => `Week ${later}`)],
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
  ['p50', 'Median'],
  ['p95', '95 of 100 within'],
  ['p99', '99 of 100 within'],
];
const LATENCY_DAYS = 14;

function milliseconds(figure: number): string {
  return `${number(figure)} ms`;
}

function latency(rows: readonly Row[]): Picture {
  const [last, stage] = [rows.at(-1), text(rows[0], 'stage').replace(/^bet to /u, '')];
  const shown = newest(rows, 'day', LATENCY_DAYS);
  const measured = rows.toReversed().map((row) => number(value(row, 'measured')));
  const times = cells(rows, (row) => dayOf(text(row, 'day')), LATENCIES, milliseconds);
  return {
    name: `Latency to the ${stage}`,
    finding: `95 of 100 bets reached the ${stage} within ${milliseconds(value(last, 'p95'))} on ${dayOf(text(last, 'day'))}`,
    categories: shown.slots.map(dayOf),
    series: bars(shown.rows, LATENCIES.slice(0, 2)),
    format: milliseconds,
    heads: ['Day', 'Measured', ...LATENCIES.map(([, head]) => head)],
    rows: times.map(([date = '', ...figures], at) => [date, measured[at] ?? '', ...figures]),
  };
}

const EFFECTS: Figures = [
  ['effect', 'Difference'],
  ['low', 'At least'],
  ['high', 'At most'],
];
/** What a row compares with, unless it is the default reward in a trial. */
const CONTROL_GROUP = 'control group';
/** The row that averages all weeks. */
const ALL_WEEKS = '*';
const UPLIFT_WEEKS = 8;
const STAKES = 'stakes of a customer';

interface Measure {
  readonly what: string;
  readonly write: (figure: number) => string;
  readonly axis: (figure: number) => string;
  readonly drawn: (figure: number) => number;
}

function measureOf(row: Row | undefined): Measure {
  const currency = text(row, 'currency');
  if (text(row, 'measure') === STAKES) {
    const write = (minor: number) => money(Math.round(minor), currency);
    return { what: 'Stakes of a customer in a week', write, axis: axisMoney(currency), drawn: (minor) => units(minor, currency) };
  }
  return { what: 'Customers who are active in a week', write: (percent) => share(percent / 100), axis: share, drawn: (percent) => percent / 100 };
}

function uplift(rows: readonly Row[]): Picture {
  const measure = measureOf(rows[0]);
  const [reward, against] = [text(rows[0], 'reward_id'), text(rows[0], 'against')];
  const isTrial = against !== CONTROL_GROUP;
  const compared: Figures = [
    ['club', isTrial ? `With ${reward}` : 'With the club'],
    ['control', isTrial ? `With ${against}` : 'Control group'],
  ];
  const drawn = [...compared, ...EFFECTS];
  const weeks = rows.filter((row) => text(row, 'iso_week') !== ALL_WEEKS);
  const whole = rows.find((row) => text(row, 'iso_week') === ALL_WEEKS) ?? weeks.at(-1);
  const shown = newest(weeks.filter((row) => row['club'] !== null), 'iso_week', UPLIFT_WEEKS);
  const ordered = [...weeks, ...rows.filter((row) => !weeks.includes(row))];
  const figures = cells(ordered, (row) => (text(row, 'iso_week') === ALL_WEEKS ? 'All weeks' : weekCell(text(row, 'iso_week'))), drawn, measure.write);
  return {
    name: `${measure.what}, in ${text(rows[0], 'jurisdiction')} with ${reward}${isTrial ? ` in place of ${against}` : ''}`,
    finding: `${measure.what}: ${verdict(whole, measure, isTrial ? reward : 'the club')}`,
    categories: shown.slots.map(weekTick),
    series: bars(shown.rows, compared, measure.drawn),
    format: measure.axis,
    heads: ['Week', ...drawn.map(([, head]) => head), 'Customers with it', 'Customers without', 'Rewards for a customer', 'Finding'],
    words: ['Finding'],
    rows: figures.map((cellsOfRow, at) => {
      const row = ordered.at(-1 - at);
      const customers = ['club_customers', 'control_customers'].map((column) => number(value(row, column)));
      const rewards = row?.['credited_minor'] === null ? '–' : money(Math.round(value(row, 'credited_minor')), text(row, 'currency'));
      return [...cellsOfRow, ...customers, rewards, text(row, 'verdict')];
    }),
  };
}

function verdict(row: Row | undefined, { write }: Measure, what: string): string {
  const [said, effect] = [text(row, 'verdict'), value(row, 'effect')];
  const range = `${write(value(row, 'low'))} to ${write(value(row, 'high'))}`;
  if (said === 'more') return `${write(effect)} more with ${what} (${range})`;
  if (said === 'less') return `${write(-effect)} less with ${what} (${range})`;
  return said === 'no difference shown' ? `no difference is shown (${range})` : said;
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
