/** The scales of charts, and what the charts of the back office say. */
import { expect, test } from 'vitest';

import { delayFinding, lagFinding, timesBetween, waitingRecords, withPresent } from '../backoffice/src/charts/LagCharts.tsx';
import { at, findingOf, pointsOf } from '../backoffice/src/charts/LiabilityChart.tsx';
import { partsOf, scaleOf, ticksTo } from '../backoffice/src/charts/scale.ts';

import type { HourlyForecast } from '../backoffice/src/graph/generated/operations.ts';

test('an axis ends at a round number that no value exceeds, in at most five steps', () => {
  expect(ticksTo(0)).toEqual([0, 1]);
  expect(ticksTo(100)).toEqual([0, 50, 100]);
  for (const greatest of [0.3, 1, 7, 99, 101, 4999, 123_456]) {
    const ticks = ticksTo(greatest);
    expect(ticks[0]).toBe(0);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(greatest);
    expect(ticks.length).toBeLessThanOrEqual(6);
  }
});

test('a value stands between the ends as it does between the bounds', () => {
  expect(scaleOf([0, 10], [200, 0])(2.5)).toBe(150);
  expect(scaleOf([5, 5], [40, 80])(5)).toBe(40);
});

test('a line breaks where nothing is known', () => {
  const points = [
    { x: 0, y: 1 },
    { x: 1, y: 2 },
    { x: 2, y: null },
    { x: 3, y: 4 },
    { x: 9, y: 5 },
  ];
  expect(partsOf(points, 3).map((part) => part.map(({ x }) => x))).toEqual([[0, 1], [3], [9]]);
});

const FORECAST: HourlyForecast = {
  id: 'northbet:GBP',
  brand: 'northbet',
  isoWeek: '2026-W48',
  currency: 'GBP',
  asOf: '2026-11-25T14:30:00Z',
  elapsedHours: 2.5,
  weekHours: 168,
  unavailable: 'Too little history.',
  now: { valueMinor: 1080 },
  likely: null,
  low: null,
  high: null,
  hours: [
    { hour: 0, valueMinor: 500 },
    { hour: 2, valueMinor: 1080 },
  ],
  before: [{ hour: 2, valueMinor: 1000 }],
};

test('the title of the liability says how it compares with last week, if that is known', () => {
  expect(findingOf(FORECAST)).toBe('Rewards come to £10.80 so far, 8% above last week');
  expect(findingOf({ ...FORECAST, now: { valueMinor: 1000 } })).toBe('Rewards come to £10.00 so far, as much as a week ago');
  expect(findingOf({ ...FORECAST, before: [] })).toBe('Rewards of the week of 23 November come to £10.80 so far');
});

test('an hour is drawn at its end, and the present one at now', () => {
  expect(pointsOf(FORECAST.hours, 'GBP', 2.5)).toEqual([
    { x: 1, y: 5 },
    { x: 2.5, y: 10.8 },
  ]);
});

test('an amount at an hour is not taken from long before it', () => {
  expect(at(FORECAST.hours, 3)).toBe(1080);
  expect(at(FORECAST.hours, 30)).toBeNull();
});

test('the charts of the lag say the newest reading, and never zero for what could not be read', () => {
  const sample = (records: number | null, trackerSeconds: number | null) => [{ at: '2026-11-25T14:30:00Z', records, trackerSeconds }];
  expect(lagFinding([])).toBe('The lag is being read');
  expect(lagFinding(sample(null, null))).toBe('Kafka can’t be read');
  expect(lagFinding(sample(1, 4))).toBe('1 record waits for consumers');
  expect(delayFinding(sample(1, 4))).toBe('The oldest bet has waited 4 s for the tracker');
  expect(delayFinding(sample(1, 0.722))).toBe('The oldest bet has waited 0.7 s for the tracker');
  expect(delayFinding(sample(null, null))).toBe('The tracker’s delay isn’t known');
});

test('the title of the lag says what its screen says of now, not what was read a minute ago', () => {
  const read = [{ at: '2026-11-25T14:30:00Z', records: 10, trackerSeconds: 4 }];
  const records = waitingRecords({ problem: null, partitions: [{ lag: 2, oldestAt: null }] });
  expect(lagFinding(withPresent(read, records))).toBe('2 records wait for consumers');
  expect(lagFinding(withPresent(read, waitingRecords(undefined)))).toBe('10 records wait for consumers');
  expect(lagFinding(withPresent([], 2))).toBe('The lag is being read');
});

test('an axis of time has round times, at most seven', () => {
  const [from, to] = [Date.parse('2026-11-25T12:07:00Z'), Date.parse('2026-11-25T14:30:00Z')];
  expect(timesBetween(from, to, null).map(({ label }) => label)).toEqual(['12:30', '13:00', '13:30', '14:00', '14:30']);
});
