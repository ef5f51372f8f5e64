import { expect, test } from 'vitest';

import { learnNames, brandName, brandOrAll, rewardName } from '../backoffice/src/frame/names.ts';
import { weekAfter, weekAt, weekCell, weekInYear, weekName, weekTick } from '../backoffice/src/time/weeks.ts';

test('weeks are named by the Monday on which they begin', () => {
  expect(weekName('2026-W48')).toBe('the week of 23 November');
  expect(weekInYear('2026-W53')).toBe('the week of 28 December 2026');
  expect(weekInYear('2027-W01')).toBe('the week of 4 January 2027');
  expect([weekCell('2026-W48'), weekTick('2026-W48')]).toEqual(['Week of 23 Nov 2026', '23 Nov']);
  expect(['soon', '2026-W00', '2026-W54'].map(weekName)).toEqual(['soon', '2026-W00', '2026-W54']);
});

test('the weeks after a week are those after it in the calendar, also over the end of years', () => {
  for (const first of ['2020-W52', '2026-W01', '2024-W50', '2026-W52']) {
    const weeks = Array.from({ length: 120 }, (_, count) => weekAfter(first, count));
    expect(new Set(weeks).size).toBe(120);
    const mondays = weeks.map((week) => Date.parse(`${weekInYear(week).replace('the week of ', '')} UTC`));
    expect(mondays.every((monday, place) => monday === (mondays[0] ?? 0) + place * 7 * 86_400_000)).toBe(true);
    expect(mondays.map((monday) => weekAt(monday, 'UTC'))).toEqual(weeks);
  }
  expect(weekAfter('2026-W48', -1)).toBe('2026-W47');
});

test('an instant is in the week of its zone', () => {
  const sundayNight = Date.parse('2026-11-29T23:30:00Z');
  expect([weekAt(sundayNight, 'Europe/London'), weekAt(sundayNight, 'Europe/Rome')]).toEqual(['2026-W48', '2026-W49']);
});

test('brands and rewards have names; what has none keeps its id', () => {
  const versions = [
    { rewardId: 'fb-5', configVersion: 2, title: 'New £5 free bet' },
    { rewardId: 'fb-5', configVersion: 1, title: '£5 free bet' },
    { rewardId: 'bb-25', configVersion: 1, title: null },
  ];
  learnNames([{ id: 'northbet', name: 'Northbet', rewards: versions }]);
  expect([brandName('northbet'), brandOrAll(null), brandName('else')]).toEqual(['Northbet', 'All brands', 'else']);
  expect([rewardName('northbet', 'fb-5'), rewardName('northbet', 'bb-25'), rewardName('else', 'fb-5')]).toEqual(['New £5 free bet', 'bb-25', 'fb-5']);
  learnNames([]);
  expect(rewardName('northbet', 'fb-5')).toBe('fb-5');
});
