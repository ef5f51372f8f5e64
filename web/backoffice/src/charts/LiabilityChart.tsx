/** What this week's rewards come to, hour by hour, beside the week before, with the forecast of its end. */
import { ChartCard } from './ChartCard.tsx';
import { LineChart, type Range } from './LineChart.tsx';
import { axisMoney, money, units } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { moment } from '../time/moments.ts';
import { LIABILITY_HOURS } from '../graph/generated/operations.ts';
import { weekName } from '../time/weeks.ts';

import type { Point } from './scale.ts';
import type { HourlyForecast } from '../graph/generated/operations.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
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
  if (then === null || then === 0) return `Rewards of ${weekName(isoWeek)} come to ${value} so far`;
  const change = Math.round((now.valueMinor / then - 1) * 100);
  if (change === 0) return `Rewards come to ${value} so far, as much as a week ago`;
  return `Rewards come to ${value} so far, ${Math.abs(change)}% ${change > 0 ? 'above' : 'below'} last week`;
}

function outlook({ likely, low, high, now, elapsedHours, weekHours, currency }: HourlyForecast): Range | null {
  if (likely === null || low === null || high === null) return null;
  const value = (one: HourlyForecast['now']) => units(one.valueMinor, currency);
  return {
    label: 'Forecast, with its range',
    end: 'Likely',
    from: { x: elapsedHours, y: value(now) },
    to: weekHours,
    low: value(low),
    likely: value(likely),
    high: value(high),
  };
}

function noteOf({ asOf, brand, unavailable, likely, low, high, currency }: HourlyForecast): string {
  const counted = `Counted up to ${moment(asOf, brand)}.`;
  if (likely === null || low === null || high === null) return `${counted} ${unavailable ?? ''}`.trim();
  const [most, from, to] = [likely, low, high].map((one) => money(one.valueMinor, currency));
  return `${counted} Likely ${most ?? ''} by the week’s end, between ${from ?? ''} and ${to ?? ''}.`;
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
      name={`Liability over the week in ${currency}`}
      finding={findingOf(forecast)}
      note={noteOf(forecast)}
      {...(isHome ? { behind: { path: '/risk-overview', label: 'Risk overview' } } : {})}
      table={<Figures forecast={forecast} />}
    >
      <LineChart
        label={`What rewards come to in ${currency}, by hour of the week, as in the table below`}
        lines={[
          { label: 'This week', points: [...pointsOf(hours, currency, elapsedHours), { x: elapsedHours, y: units(forecast.now.valueMinor, currency) }] },
          ...(last.length === 0 ? [] : [{ label: 'Last week', points: last }]),
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
    return { label: `End of ${label}`, present: end <= elapsedHours ? at(hours, end) : null, last: at(before, Math.min(end, weekHours)) };
  });
  const rows = [...days, { label: 'Now', present: now.valueMinor, last: at(before, Math.ceil(elapsedHours)) }];
  return (
    <>
      <DataRows
        label={`Rewards by day in ${currency}`}
        rows={rows}
        id={({ label }) => label}
        nothing="Not counted yet."
        columns={[
          { head: 'When', cell: ({ label }) => label },
          { head: 'This week', cell: ({ present }) => show(present), right: true },
          { head: 'Last week', cell: ({ last }) => show(last), right: true },
        ]}
      />
      <DataRows
        label={`Forecast in ${currency}`}
        rows={likely === null ? [] : [likely]}
        id={() => 'forecast'}
        nothing={forecast.unavailable ?? 'There is no forecast yet.'}
        columns={[
          { head: 'Likely by the week’s end', cell: () => show(likely?.valueMinor), right: true },
          { head: 'At least', cell: () => show(low?.valueMinor), right: true },
          { head: 'At most', cell: () => show(high?.valueMinor), right: true },
        ]}
      />
    </>
  );
}
