import { describe, expect, it } from 'vitest';

import { picturesOf } from '../backoffice/src/analytics/pictures.ts';
import { REPORTS } from '../backoffice/src/analytics/reports.ts';
import { learnNames } from '../backoffice/src/frame/names.ts';

function report(table: string) {
  const [columns = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/u));
  return { columns, rows: rows.map((row) => row.map((value) => (value === '-' ? null : value))), filling: null, completeness: [] };
}

const LIABILITY = report(`
  brand     iso_week  currency  customers  provisional  owed  credited  used  expired  forecast_low  forecast  forecast_high
  northbet  2026-W47  GBP       119        0            500   46400     0     0        -             -         -
  northbet  2026-W47  JPY       2          0            0     1500      0     0        -             -         -
  northbet  2026-W48  GBP       7          3100         0     0         0     0        2000          1234567   9000
`);
const UPLIFT = report(`
  brand  iso_week  jurisdiction  currency  reward_id  against        measure                  club_customers  control_customers  club    control  effect  low    high   credited_minor  verdict
  n      *         GB            GBP       fb-5       control group  active of 100 customers  252             264                60      58.5     1.5     -8     8.5    134.73          no difference shown
  n      2026-W47  GB            GBP       fb-5       control group  active of 100 customers  260             276                62.5    50       12.5    1      20     64.23           more
  n      2026-W48  GB            GBP       fb-5       control group  active of 100 customers  20              27                 -       -        -       -      -      -               too few customers
  n      *         GB            GBP       fb-5       control group  stakes of a customer     252             264                3327.7  2437.2   890.71  95.81  1685.6  134.73          more
  n      2026-W48  GB            GBP       fb-9       fb-5           stakes of a customer     250             240                3000     2900     100     -50    250    100             no difference shown
`);
const RETENTION = report(`
  brand  cohort    size  weeks_later  active  percent
  n      2026-W45  30    0            20      66.7
  n      2026-W45  30    1            10      33.3
  n      2026-W45  30    2            15      50
  n      2026-W46  10    0            10      100
  n      2026-W46  10    1            2       20
  n      2026-W47  50    0            5       10
`);

const REVENUE = report(`
  brand  day         product  currency  bets  settled_bets  turnover_minor  settled_minor  void_minor  returns_minor  gross_minor  margin  free_turnover_minor  free_returns_minor  free_gross_minor  club_cost_minor  net_minor
  n      2026-11-01  betting  GBP       9     9             900000          900000         0           800000         100000       11.11   0                    0                   0                 0                100000
  n      2026-11-24  betting  GBP       3     0             5000            0              0           0              0            -       500                  0                   0                 0                0
  n      2026-11-25  betting  GBP       0     3             0               5000           0           4000           1000         20      0                    0                   500               1200             300
  n      2026-11-26  betting  GBP       0     0             0               -1000          1000        -2000          2000         -       0                    0                   0                 0                2000
  n      2026-11-26  casino   GBP       1     1             100             100            0           0              100          100     0                    0                   0                 0                100
  n      2026-11-26  *        EUR       0     0             0               0              0           0              0            -       0                    0                   0                 250              -250
`);
const EVENTS = report(`
  brand  product  currency  sports_event_id  sport         event_name   last_day    bets  turnover_minor  settled_minor  void_minor  returns_minor  gross_minor  margin  free_gross_minor
  n      betting  GBP       event1           horse-racing  14:30 Ascot  2026-11-24  3     3000            2000           0           6000           -4000        -200    0
  n      betting  GBP       event2           football      A v B        2026-11-25  1     1000            1000           0           0              1000         100     0
  n      betting  GBP       event3           football      C v D        2026-11-25  1     500             0              0           0              0            -       0
`);
const EXPOSURE = report(`
  brand  product  currency  sports_event_id  sport         event_name   starts_at            bets  stake_minor  returns_minor  exposure_minor  worst_minor  worst_pick        multiples  multiple_returns_minor
  n      betting  GBP       event2           football      A v B        2026-11-28 15:00:00  2     5000         6000           1000             -500         Result: A         0          0
  n      betting  GBP       event1           horse-racing  14:30 Ascot  2026-11-28 14:30:00  3     3000         12000          9000             6000         Win: Night Ferry  1          4000
  n      betting  GBP       *                *             *            -                    4     7000         16000          9000             9000         *                 1          -
`);
const REASONS = report(`
  brand  iso_week  jurisdiction  currency  reason          bets  customers  stake_minor  counted_minor
  n      2026-W47  GB            GBP       COUNTED         4     2          4000         4000
  n      2026-W48  GB            GBP       COUNTED         6     3          6000         6000
  n      2026-W48  GB            GBP       BELOW_MIN_ODDS  2     1          400          0
`);

describe('a report as pictures', () => {
  it('shows amounts as money, each currency by itself', () => {
    const [pounds, yen] = picturesOf('LIABILITY', LIABILITY);
    expect(pounds?.finding).toBe('£500.00 may still be owed');
    expect(yen?.finding).toBe('JP¥\u200e1,500 may still be owed');
    expect(pounds?.series).toEqual([
      { label: 'Provisional', data: [0, 31] },
      { label: 'Owed', data: [5, 0] },
      { label: 'Credited', data: [464, 0] },
    ]);
    expect([0, 500, 12.5].map((tick) => pounds?.format(tick))).toEqual(['£0', '£500', '£12.50']);
    expect(pounds?.rows[0]).toEqual(['Week of 23 Nov 2026', '7', '£31.00', '£0.00', '£0.00', '£0.00', '£0.00', '£12,345.67', '£20.00', '£90.00']);
    expect(pounds?.rows[1]?.slice(-3)).toEqual(['–', '–', '–']);
  });

  it('says what the club changes only where its weeks show it, and draws no week of which nothing is said', () => {
    const [active, stakes, trial] = picturesOf('UPLIFT', UPLIFT);
    expect(active?.finding).toBe('Customers who are active in a week: no difference is shown (-8% to 8.5%)');
    expect(active?.categories).toEqual(['16 Nov']);
    expect(active?.rows.map((row) => [row[0], row[1], row.at(-1)])).toEqual([
      ['All weeks', '60%', 'No difference'],
      ['Week of 23 Nov 2026', '–', 'Too few customers'],
      ['Week of 16 Nov 2026', '62.5%', 'More'],
    ]);
    expect(stakes?.finding).toBe('Stakes of a customer in a week: £8.91 more with the club (£0.96 to £16.86)');
    expect(trial?.name).toBe('Stakes of a customer in a week, in GB with fb-9 in place of fb-5');
    expect(trial?.series.map(({ label }) => label)).toEqual(['With fb-9', 'With fb-5']);
  });

  it('names rewards as people know them', () => {
    learnNames([{ id: 'n', name: 'N', rewards: [{ rewardId: 'fb-9', configVersion: 1, title: 'A £9 free bet' }] }]);
    const trial = picturesOf('UPLIFT', UPLIFT).at(-1);
    learnNames([]);
    expect(trial?.name).toBe('Stakes of a customer in a week, in GB with A £9 free bet in place of fb-5');
    expect(trial?.series.map(({ label }) => label)).toEqual(['With A £9 free bet', 'With fb-5']);
  });

  it('draws the share of all who joined so many weeks before, in the order of weeks', () => {
    const [picture] = picturesOf('RETENTION', RETENTION);
    expect(picture?.finding).toBe('30% of those who joined had a bet that counted in the next week');
    expect(picture?.categories).toEqual(['Week 0', 'Week 1', 'Week 2']);
    expect(picture?.series[0]?.data).toEqual([35 / 90, 12 / 40, 0.5]);
    expect(picture?.rows).toEqual([
      ['Week of 16 Nov 2026', '50', '10%', '–', '–'],
      ['Week of 9 Nov 2026', '10', '100%', '20%', '–'],
      ['Week of 2 Nov 2026', '30', '66.7%', '33.3%', '50%'],
    ]);
  });

  it('has a funnel of each jurisdiction and a latency of each stage', () => {
    const funnels = picturesOf('FUNNEL', report('iso_week  jurisdiction  bettors  members  counting  qualified  chose  credited  used\n2026-W47  GB  346  182  170  119  70  119  27\n2026-W47  MT  9  0  0  0  0  0  0'));
    expect(funnels.map(({ finding }) => finding)).toEqual(['119 of 182 members (65.4%) reached the target in the week of 16 November', 'Nobody was a member in the week of 16 November']);
    const latencies = picturesOf('LATENCY', report('day  stage  measured  p50  p95  p99\n2026-11-22  bet to stream  264  64  1234  1500\n2026-11-22  bet to tracker  3  31  52  52'));
    expect(latencies.map(({ finding }) => finding)).toEqual(['95 of 100 bets reached the stream within 1,234 ms on 22 Nov', '95 of 100 bets reached the tracker within 52 ms on 22 Nov']);
  });

  it('says what bets earned in seven days, and what was left after the club’s cost', () => {
    const [betting, casino, others] = picturesOf('REVENUE', REVENUE);
    expect(betting?.finding).toBe('£30.00 gross revenue in seven days (margin 75%); £23.00 net, with free bets and rewards of £12.00 for this product');
    expect([betting?.categories.length, betting?.categories[0], ...(betting?.categories.slice(-3) ?? [])]).toEqual([14, '13 Nov', '24 Nov', '25 Nov', '26 Nov']);
    expect(betting?.series.find(({ label }) => label === 'Returns')?.data.slice(-4)).toEqual([null, 0, 40, 0]);
    expect(betting?.rows[0]).toEqual(['26 Nov', '0', '£0.00', '-£10.00', '-£20.00', '£20.00', '–', '£0.00', '£0.00', '£20.00']);
    expect(casino?.name).toBe('Revenue: Casino in GBP');
    expect(others?.finding).toMatch(/^Rewards for any product cost .*2\.50 in seven days$/u);
  });

  it('names the events that earned most and least', () => {
    const [picture] = picturesOf('EVENTS', EVENTS);
    expect(picture?.finding).toBe('A v B earned most: £10.00; 14:30 Ascot least: -£40.00');
    expect(picture?.categories).toEqual(['14:30 Ascot', 'A v B', 'C v D']);
    expect(picture?.rows.map(([name, sport]) => [name, sport])).toEqual([
      ['C v D', 'Football'],
      ['A v B', 'Football'],
      ['14:30 Ascot', 'Horse-racing'],
    ]);
  });

  it('says what open bets may cost, the worst event first', () => {
    const [picture] = picturesOf('EXPOSURE', EXPOSURE);
    expect(picture?.finding).toBe('Open bets cost £90.00 if all win; at worst £60.00 on 14:30 Ascot (Win: Night Ferry)');
    expect(picture?.categories).toEqual(['14:30 Ascot', 'A v B']);
    expect(picture?.series[1]).toEqual({ label: 'Worst case', data: [60, 0] });
    expect(picture?.rows.map(([name, starts]) => [name, starts])).toEqual([
      ['All open bets', '–'],
      ['14:30 Ascot', '2026-11-28 14:30'],
      ['A v B', '2026-11-28 15:00'],
    ]);
  });

  it('says how many bets counted, and why most others did not', () => {
    const [picture] = picturesOf('REASONS', REASONS);
    expect(picture?.finding).toBe('75% of 8 bets in the week of 23 November counted; most others: odds too short (2)');
    expect(picture?.categories).toEqual(['16 Nov', '23 Nov']);
    expect(picture?.series.map(({ label, data }) => [label, data])).toEqual([
      ['Counted', [4, 6]],
      ['Didn’t count', [0, 2]],
    ]);
    expect(picture?.rows[0]).toEqual(['Week of 23 Nov 2026', 'odds too short', '2', '1', '£4.00', '£0.00']);
  });

  it.each(REPORTS)('%s: each row of the table has a cell for each column, and without rows nothing is drawn', (name) => {
    const examples = { LIABILITY, UPLIFT, RETENTION, REVENUE, EVENTS, EXPOSURE, REASONS };
    const pictures = name in examples ? picturesOf(name, examples[name as keyof typeof examples]) : [];
    for (const { heads, rows } of pictures) expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([heads.length]));
    for (const { heads } of pictures) expect(new Set(heads).size).toBe(heads.length);
    expect(picturesOf(name, { columns: [], rows: [], filling: null, completeness: [] })).toEqual([]);
  });
});
