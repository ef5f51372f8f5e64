/** What charts draw: labels at what they name, gaps as gaps, and no chart of a single figure. */
import { ThemeProvider, createTheme } from '@mui/material/styles';
import { createElement, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';

import { BarChart } from '../backoffice/src/charts/BarChart.tsx';
import { barsOf, namedAlong, namesOf, valuesOf } from '../backoffice/src/charts/bars.ts';
import { gapsOf, isLine, LINE, spread, widthOf, type Label } from '../backoffice/src/charts/labels.ts';
import { LineChart } from '../backoffice/src/charts/LineChart.tsx';
import { slotsOf } from '../backoffice/src/charts/slots.ts';
import { money } from '../backoffice/src/money/amounts.ts';
import { mulberry } from './randomness.ts';

const theme = createTheme({ palette: { series: ['#0b5d3b', '#7a8d82', '#b35806'] } });

function markup(chart: ReactNode): string {
  return renderToStaticMarkup(createElement(ThemeProvider, { theme }, chart));
}

/** Return the words of a drawing with a class, in the order in which they are drawn. */
function words(drawn: string, name: string): readonly string[] {
  return [...drawn.matchAll(new RegExp(`<text class="${name}"[^>]*>([^<]*)<`, 'gu'))].map(([, text = '']) => text);
}

const pounds = (value: number) => money(value * 100, 'GBP');
const TIME = { label: 'Rewards by hour', span: [0, 168] as const, xTicks: [], gap: 4, format: pounds };
const RISING = Array.from({ length: 60 }, (_, x) => ({ x, y: x }));

test('lines are named at their ends, with their last values, and need no legend', () => {
  const drawn = markup(
    createElement(LineChart, {
      ...TIME,
      lines: [
        { label: 'This week', points: RISING },
        { label: 'Last week', points: [...RISING, { x: 62, y: 70 }] },
      ],
    }),
  );
  expect(words(drawn, 'named')).toEqual(['Last week £70.00', 'This week £59.00']);
  expect(drawn.replaceAll(/<text.*?<\/text>/gu, '')).not.toContain('Last week');
});

test('a forecast is named at its end', () => {
  const range = { label: 'Forecast, with its range', end: 'Likely', from: { x: 59, y: 59 }, to: 168, low: 90, likely: 100, high: 110 };
  const drawn = markup(createElement(LineChart, { ...TIME, lines: [{ label: 'This week', points: RISING }], range }));
  expect(words(drawn, 'named')).toEqual(['Likely £100.00', 'This week £59.00']);
});

test.each([
  ['one point', [{ x: 2.5, y: 10.8 }]],
  ['two points at one time', [{ x: 2.5, y: 10.8 }, { x: 2.5, y: 10.8 }]],
  ['an hour of a week', [{ x: 1.5, y: 4 }, { x: 2.5, y: 10.8 }]],
  ['points that are known, but apart', [{ x: 1, y: 4 }, { x: 20, y: 5 }, { x: 40, y: 10.8 }]],
])('%s is no line: the figure is shown with its words', (_, points) => {
  const drawn = markup(createElement(LineChart, { ...TIME, lines: [{ label: 'This week', points }] }));
  expect(drawn).not.toContain('<svg');
  expect(drawn).toContain('£10.80');
  expect(drawn).toContain('This week');
});

test('a line with nothing known says so instead of zero', () => {
  const drawn = markup(createElement(LineChart, { ...TIME, lines: [{ label: 'Records', points: [{ x: 1, y: null }, { x: 9, y: null }] }] }));
  expect(drawn).not.toContain('£0');
  expect(drawn).toContain('–');
});

test('a gap breaks the line, is tinted and explained, and a point between two gaps is kept', () => {
  const points = [...RISING.slice(0, 20), { x: 30, y: 31 }, ...RISING.slice(40)];
  const drawn = markup(createElement(LineChart, { ...TIME, lines: [{ label: 'Rewards', points }] }));
  expect(drawn.match(/<path class="line"/gu)).toHaveLength(2);
  expect(drawn.match(/<rect class="gap"/gu)).toHaveLength(3);
  expect(drawn).toContain('No figures');
  expect(drawn.match(/<circle class="dot"/gu)).toHaveLength(2);
  expect(gapsOf(points, 4)).toEqual([[19, 30], [30, 40]]);
  expect(isLine(points, 4, [0, 168])).toBe(true);
});

test('labels never stand on one another, and none below the axis', () => {
  const random = mulberry(58);
  const below = (most: number) => Math.floor(random() * most);
  for (let round = 0; round < 300; round += 1) {
    const labels: Label[] = Array.from({ length: 1 + below(6) }, (_, at) => ({ text: `Line ${at} £12.00`, x: below(400), y: 20 + below(180), anchor: 'start' }));
    const placed = spread(labels, 200);
    expect(placed.map(({ text, x }) => `${text} ${x}`).toSorted()).toEqual(labels.map(({ text, x }) => `${text} ${x}`).toSorted());
    placed.forEach((one, at) => {
      expect(one.y).toBeLessThanOrEqual(200);
      for (const other of placed.slice(at + 1)) {
        const meet = Math.abs(one.x - other.x) <= widthOf(one.text);
        if (meet) expect(Math.abs(one.y - other.y)).toBeGreaterThanOrEqual(LINE - 1e-9);
      }
    });
  }
});

test('each bar has its figure, a zero is one, and what is not known is a dash without a bar', () => {
  const drawn = markup(createElement(BarChart, { label: 'Bets', categories: ['16 Nov', '23 Nov', '30 Nov'], series: [{ label: 'Bets', data: [5, null, 0] }], format: String }));
  expect(words(drawn, 'value')).toEqual(['5', '0']);
  expect(words(drawn, 'missing')).toEqual(['–']);
  expect(drawn.match(/<rect class="bar"/gu)).toHaveLength(2);
});

test('bars on one another have their sum above, and are named beside the last if each can be', () => {
  const series = [
    { label: 'Used', data: [2, 3] },
    { label: 'Owed', data: [1, 4] },
  ];
  const drawn = markup(createElement(BarChart, { label: 'Cost', categories: ['16 Nov', '23 Nov'], series, isStacked: true, format: pounds }));
  expect(words(drawn, 'value')).toEqual(['£3.00', '£7.00']);
  expect(words(drawn, 'named')).toEqual(['Used', 'Owed']);
  expect(namesOf(series).map(({ middle }) => middle)).toEqual([1.5, 5]);
  const withNothing = [...series, { label: 'Outstanding', data: [1, 0] }];
  const other = markup(createElement(BarChart, { label: 'Cost', categories: ['16 Nov', '23 Nov'], series: withNothing, isStacked: true, format: pounds }));
  expect(words(other, 'named')).toEqual([]);
  expect(other).toContain('Outstanding');
});

test('figures stand at all bars or, without room, at none; dashes stay', () => {
  const bars = barsOf(2, [{ label: 'a', data: [1, 2] }, { label: 'b', data: [3, null] }], false, 100);
  expect(valuesOf(bars, false, 100, String).map(({ text }) => text)).toEqual(['1', '3', '2', '–']);
  expect(valuesOf(bars, false, 100, () => '£123,456.00').map(({ text }) => text)).toEqual(['–']);
});

test('names along an axis are left out where time goes on, and shortened where each says something else', () => {
  expect(namedAlong(['19 Nov', '20 Nov', '21 Nov'], 30)).toEqual({ every: 2, words: ['19 Nov', '20 Nov', '21 Nov'] });
  const { every, words: names } = namedAlong(['14:30 Wexcombe Park, Win', 'A v B'], 100);
  expect([every, ...names]).toEqual([1, '14:30 Wexcom…', 'A v B']);
  expect(namedAlong(['A v B'], 100)).toEqual({ every: 1, words: ['A v B'] });
});

test('a single bar is no chart, and no bars at all are nothing', () => {
  const one = markup(createElement(BarChart, { label: 'Retention', categories: ['Week 0', 'Week 1'], series: [{ label: 'Active', data: [0.5, null] }], format: (value) => `${value * 100}%` }));
  expect(one).not.toContain('<svg');
  expect(one).toContain('50%');
  expect(one).toContain('Active, Week 0');
  expect(markup(createElement(BarChart, { label: 'x', categories: ['a', 'b'], series: [{ label: 'y', data: [0, null] }], format: String }))).toBe('');
  const stages = [{ label: 'Expected', data: [6] }, { label: 'Owed', data: [0] }];
  const onlyReward = markup(createElement(BarChart, { label: 'Cost', categories: ['£6 free bet'], series: stages, isStacked: true, format: pounds }));
  expect(onlyReward).not.toContain('<svg');
  expect(onlyReward).toContain('Expected, £6 free bet');
});

test('weeks and days without figures keep their place, at most so many, over the ends of years', () => {
  expect(slotsOf(['2027-W02', '2026-W52'], 8)).toEqual(['2026-W52', '2026-W53', '2027-W01', '2027-W02']);
  expect(slotsOf(['2026-02-27', '2026-03-02'], 3)).toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
  expect(slotsOf(['b', 'a', 'c'], 2)).toEqual(['a', 'c']);
  expect(slotsOf([], 2)).toEqual([]);
});
