/** How far consumers were behind in the last hours, and how long bets waited until the tracker counted them. */
import { ChartCard } from './ChartCard.tsx';
import { LineChart, type XTick } from './LineChart.tsx';
import { number } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { usePolled } from '../operations/page/usePolled.ts';
import { clockTime, moment } from '../time/moments.ts';
import { LAG_HISTORY } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Point } from './scale.ts';
import type { HomeLag, LagSample } from '../graph/generated/operations.ts';

const EVERY_SECONDS = 30;
const MINUTE = 60_000;
/** The shortest time that the axis shows. */
const LEAST_MINUTES = 30;
/** A sample is kept each minute: where two are further apart than this, nothing was read between them. */
const GAP = 3 * MINUTE;
const STEPS = [5, 10, 30, 60, 120];

/** Return round times between two instants, at most seven. */
export function timesBetween(from: number, to: number, brand: string | null): readonly XTick[] {
  const step = (STEPS.find((one) => (to - from) / (one * MINUTE) <= 6) ?? 240) * MINUTE;
  const found: XTick[] = [];
  for (let x = Math.ceil(from / step) * step; x <= to; x += step) found.push({ x, label: clockTime(x, brand) });
  return found;
}

function pointsOf(samples: readonly LagSample[], value: (one: LagSample) => number | null): readonly Point[] {
  return samples.map((one) => ({ x: Date.parse(one.at), y: value(one) }));
}

/** Say the newest and the greatest value, which is worth knowing when the newest is fine. */
export function lagFinding(samples: readonly LagSample[]): string {
  const last = samples.at(-1)?.records;
  if (last === undefined) return WORDS.charts.theLagIsBeingRead;
  if (last === null) return WORDS.common.kafkaCannotBeRead;
  return last === 0 ? WORDS.charts.consumersHaveAppliedAllRecords : WORDS.charts.recordsWaitForConsumers({ last, shown: number(last) });
}

export function delayFinding(samples: readonly LagSample[]): string {
  const last = samples.at(-1)?.trackerSeconds;
  if (last === undefined || last === null) return WORDS.charts.theTrackersDelayIsNotKnown;
  return last === 0 ? WORDS.charts.noBetWaitsForTheTracker : WORDS.charts.oldestBetWaitedTracker({ last: seconds(last) });
}

function seconds(value: number): string {
  return value < 120 ? WORDS.common.delaySecondsS({ delaySeconds: number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value)) }) : WORDS.common.min({ value: number(Math.round(value / 60)) });
}

/** Return the readings with what the same screen says of now: a reading each minute is older than that. */
export function withPresent(samples: readonly LagSample[], records: number | undefined): readonly LagSample[] {
  const last = samples.at(-1);
  return last === undefined || records === undefined ? samples : [...samples.slice(0, -1), { ...last, records }];
}

/** Return how many records wait now; undefined while nobody knows. */
export function waitingRecords(lag: HomeLag['consumerLag'] | undefined): number | undefined {
  return lag?.problem === null ? lag.partitions.reduce((sum, partition) => sum + partition.lag, 0) : undefined;
}

interface LagChartsProps {
  readonly brand: string | null;
  readonly isHome?: boolean;
  /** How many records wait now, where the screen says it. */
  readonly records?: number | undefined;
}

/** The two charts; on the screen of the lag itself they need no link to it. */
export function LagCharts({ brand, isHome = false, records }: LagChartsProps) {
  const { data } = usePolled(LAG_HISTORY, {}, EVERY_SECONDS);
  const samples = withPresent(data?.lagHistory ?? [], records);
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return null;
  const to = Date.parse(last.at);
  const from = Math.min(Date.parse(first.at), to - LEAST_MINUTES * MINUTE);
  const since = WORDS.charts.aReadingEachMinuteFromTo({ at: moment(first.at, brand), to: clockTime(to, brand) });
  const time = { span: [from, to] as const, xTicks: timesBetween(from, to, brand), gap: GAP };
  const behind = isHome ? { behind: { path: '/backlog', label: WORDS.charts.lag } } : {};
  return (
    <>
      <ChartCard name={WORDS.charts.consumerLag} finding={lagFinding(samples)} note={WORDS.charts.recordsConsumersHadNot({ since })} {...behind} table={<Figures samples={samples} brand={brand} />}>
        <LineChart label={WORDS.charts.recordsNotAppliedYetOver} lines={[{ label: WORDS.charts.records, points: pointsOf(samples, ({ records }) => records) }]} {...time} format={number} />
      </ChartCard>
      <ChartCard
        name={WORDS.charts.trackerLatency}
        finding={delayFinding(samples)}
        note={WORDS.charts.howLongOldestBetNotCounted({ since })}
        {...behind}
        table={<Figures samples={samples} brand={brand} />}
      >
        <LineChart label={WORDS.charts.secondsBetsWaitedTracker} lines={[{ label: WORDS.charts.seconds, points: pointsOf(samples, ({ trackerSeconds }) => trackerSeconds) }]} {...time} format={seconds} />
      </ChartCard>
    </>
  );
}

function Figures({ samples, brand }: { readonly samples: readonly LagSample[]; readonly brand: string | null }) {
  return (
    <DataRows
      label={WORDS.charts.lagByTime}
      rows={samples.toReversed()}
      id={({ at }) => at}
      nothing={WORDS.charts.nothingWasReadYet}
      columns={[
        { head: WORDS.charts.readAt, cell: ({ at }) => moment(at, brand) },
        { head: WORDS.charts.recordsNotApplied, cell: ({ records }) => (records === null ? WORDS.charts.kafkaWasAway : number(records)), right: true },
        { head: WORDS.charts.oldestBetWaited, cell: ({ trackerSeconds }) => (trackerSeconds === null ? '–' : seconds(trackerSeconds)), right: true },
      ]}
    />
  );
}
