/** What this week's rewards come to, hour by hour, beside the week before, with the forecast of its end. */
import { ChartCard } from './ChartCard.tsx';
import { LineChart, type Range } from './LineChart.tsx';
import { axisMoney, money, units } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { moment } from '../time/moments.ts';
import { LIABILITY_HOURS } from '../graph/generated/operations.ts';
import { weekName } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { Point } from './scale.ts';
import type { HourlyForecast } from '../graph/generated/operations.ts';

const DAYS = [WORDS.charts.mon, WORDS.charts.tue, WORDS.charts.wed, WORDS.charts.thu, WORDS.charts.fri, WORDS.charts.sat, WORDS.charts.sun];
const DAY_HOURS = 24;
/** A line is drawn over at most so many hours that were not counted, as the forecast does. */
const GAP = 4;

/** Return the amounts at the end of each hour; the present hour ends now. */
export function pointsOf(hours: HourlyForecast['hours'], currency: string, end: number): readonly Point[] {
  return hours.map(({ hour, valueMinor }) => ({ x: Math.min(hour + 1, end), y: units(valueMinor, currency) }));
}

/** Return what was counted last before an hour, at most a gap before it; null if nothing was. */
export function at(hours: HourlyForecast['hours'], end: number): number | null {
  const last = hours.findLast(({ hour }) => hour < end);
  return last === undefined || end - last.hour > GAP ? null : last.valueMinor;
}

/** Say how this week compares with the one before at the same hour, if both were counted. */
export function findingOf({ currency, elapsedHours, isoWeek, now, before }: HourlyForecast): string {
  const then = at(before, Math.ceil(elapsedHours));
  const value = money(now.valueMinor, currency);
  if (then === null || then === 0) return WORDS.charts.rewardsOfComeToSoFar({ week: weekName(isoWeek), value });
  const change = Math.round((now.valueMinor / then - 1) * 100);
  if (change === 0) return WORDS.charts.rewardsComeSoFarMuchWeek({ value });
  const percent = Math.abs(change);
  return change > 0 ? WORDS.charts.rewardsComeSoFarAboveLast({ value, percent }) : WORDS.charts.rewardsComeSoFarBelowLast({ value, percent });
}

function outlook({ likely, low, high, now, elapsedHours, weekHours, currency }: HourlyForecast): Range | null {
  if (likely === null || low === null || high === null) return null;
  const value = (one: HourlyForecast['now']) => units(one.valueMinor, currency);
  return {
    label: WORDS.charts.forecastWithItsRange,
    end: WORDS.charts.likely,
    from: { x: elapsedHours, y: value(now) },
    to: weekHours,
    low: value(low),
    likely: value(likely),
    high: value(high),
  };
}

function noteOf({ asOf, brand, unavailable, likely, low, high, currency }: HourlyForecast): string {
  const counted = WORDS.charts.countedUpTo({ asOf: moment(asOf, brand) });
  if (likely === null || low === null || high === null) return `${counted} ${unavailable ?? ''}`.trim();
  const [most, from, to] = [likely, low, high].map((one) => money(one.valueMinor, currency));
  return WORDS.charts.likelyBetween({ counted, most: most ?? '', from: from ?? '', to: to ?? '' });
}

export function LiabilityChart({ brand, isHome = false }: { readonly brand: string; readonly isHome?: boolean }) {
  const { data } = useGraph(LIABILITY_HOURS, { brand });
  return data?.riskForecast.map((one) => <InCurrency key={one.id} forecast={one} isHome={isHome} />);
}

function InCurrency({ forecast, isHome }: { readonly forecast: HourlyForecast; readonly isHome: boolean }) {
  const { currency, hours, before, elapsedHours, weekHours } = forecast;
  const last = pointsOf(before, currency, weekHours);
  return (
    <ChartCard
      name={WORDS.charts.liabilityOverTheWeekIn({ currency })}
      finding={findingOf(forecast)}
      note={noteOf(forecast)}
      {...(isHome ? { behind: { path: '/risk-overview', label: WORDS.charts.riskOverview } } : {})}
      table={<Figures forecast={forecast} />}
    >
      <LineChart
        label={WORDS.charts.whatRewardsComeHourWeek({ currency })}
        lines={[
          { label: WORDS.charts.thisWeek, points: [...pointsOf(hours, currency, elapsedHours), { x: elapsedHours, y: units(forecast.now.valueMinor, currency) }] },
          ...(last.length === 0 ? [] : [{ label: WORDS.charts.lastWeek, points: last }]),
        ]}
        range={outlook(forecast)}
        span={[0, weekHours]}
        xTicks={DAYS.map((label, day) => ({ x: day * DAY_HOURS, label }))}
        gap={GAP}
        format={axisMoney(currency)}
      />
    </ChartCard>
  );
}

function Figures({ forecast }: { readonly forecast: HourlyForecast }) {
  const { currency, hours, before, elapsedHours, weekHours, now, likely, low, high } = forecast;
  const show = (value: number | null | undefined) => money(value ?? null, currency);
  const days = DAYS.map((label, day) => {
    const end = (day + 1) * DAY_HOURS;
    return { label: WORDS.charts.endOf({ label }), present: end <= elapsedHours ? at(hours, end) : null, last: at(before, Math.min(end, weekHours)) };
  });
  const rows = [...days, { label: WORDS.common.now, present: now.valueMinor, last: at(before, Math.ceil(elapsedHours)) }];
  return (
    <>
      <DataRows
        label={WORDS.charts.rewardsByDayIn({ currency })}
        rows={rows}
        id={({ label }) => label}
        nothing={WORDS.common.notCountedYet}
        columns={[
          { head: WORDS.common.when, cell: ({ label }) => label },
          { head: WORDS.charts.thisWeek, cell: ({ present }) => show(present), right: true },
          { head: WORDS.charts.lastWeek, cell: ({ last }) => show(last), right: true },
        ]}
      />
      <DataRows
        label={WORDS.charts.forecastIn({ currency })}
        rows={likely === null ? [] : [likely]}
        id={() => 'forecast'}
        nothing={forecast.unavailable ?? WORDS.charts.thereIsNoForecastYet}
        columns={[
          { head: WORDS.charts.likelyByTheWeeksEnd, cell: () => show(likely?.valueMinor), right: true },
          { head: WORDS.common.atLeast, cell: () => show(low?.valueMinor), right: true },
          { head: WORDS.common.atMost, cell: () => show(high?.valueMinor), right: true },
        ]}
      />
    </>
  );
}
