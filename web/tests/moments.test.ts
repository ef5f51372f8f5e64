import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';

import * as moments from '../backoffice/src/time/moments.ts';

const { learnZones, zoneOf } = moments;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const moment = (at: string | null | undefined, brand?: string | null) => plain(moments.moment(at, brand));
const localMoment = (at: string, brand: string) => plain(moments.localMoment(at, brand));
const counted = (at: string) => plain(moments.counted(at, 'northbet'));

afterEach(() => learnZones([]));

const LONDON = { id: 'northbet', timeZone: 'Europe/London' };
const ROME = { id: 'sudbet', timeZone: 'Europe/Rome' };

test('a time is in the zone of its brand, summer and winter, and names it', () => {
  learnZones([LONDON, ROME, { id: 'west', timeZone: 'America/New_York' }]);
  expect(moment('2026-11-25T01:28:27Z', 'northbet')).toBe('25 Nov 2026, 01:28 London time');
  expect(moment('2026-07-01T23:00:00Z', 'northbet')).toBe('2 Jul 2026, 00:00 London time');
  expect(moment('2026-07-01T23:00:00Z', 'sudbet')).toBe('2 Jul 2026, 01:00 Rome time');
  expect(moment('2026-07-01T23:00:00Z', 'west')).toBe('1 Jul 2026, 19:00 New York time');
});

test('the head of a page names its zone once; only a time of another zone names that', () => {
  learnZones([LONDON, ROME]);
  moments.showZoneOf('northbet');
  expect(moments.zoneInHead('northbet')).toBe('London time');
  expect(moment('2026-11-25T01:28:27Z', 'northbet')).toBe('25 Nov 2026, 01:28');
  expect(localMoment('2026-11-30T09:00', 'northbet')).toBe('30 Nov 2026, 09:00');
  expect(moment('2026-11-25T01:28:27Z', 'sudbet')).toBe('25 Nov 2026, 02:28 Rome time');
  expect(moment('2026-11-25T01:28:27Z', null)).toBe('25 Nov 2026, 01:28');
  expect(moment('2026-11-25T01:28:27Z', '*')).toBe('25 Nov 2026, 01:28'); // a switch of all brands
  expect(moment('2026-11-25T01:28:27Z')).toBe('25 Nov 2026, 01:28 UTC');
});

test('what is in UTC for all brands names it, whatever the head of the page says', () => {
  learnZones([LONDON]);
  moments.showZoneOf('northbet');
  expect(plain(moments.inUtc('2026-07-01T12:00:00Z'))).toBe('1 Jul 2026, 12:00:00 UTC');
  expect(moments.inUtc('never')).toBe('never');
});

test('what belongs to no brand is in the zone that all have, and otherwise in UTC', () => {
  expect(moment('2026-07-01T12:00:00Z')).toBe('1 Jul 2026, 12:00 UTC');
  learnZones([LONDON, { ...LONDON, id: 'other' }]);
  expect(moment('2026-07-01T12:00:00Z', null)).toBe('1 Jul 2026, 13:00 London time');
  learnZones([LONDON, ROME]);
  expect(zoneOf('unknown')).toBe('UTC');
});

test('weeks begin at the same hour of their brand, also where its clocks change', () => {
  learnZones([LONDON]);
  const weeks = moments.weeksFrom('2026-10-18T23:00:00Z', 'northbet', 3);
  expect(weeks).toEqual(['2026-10-18T23:00:00Z', '2026-10-26T00:00:00Z', '2026-11-02T00:00:00Z']);
  expect(plain(moments.weekBeginning(weeks[1] ?? '', 'northbet'))).toBe('Mon, 26 Oct 2026, 00:00 London time');
  expect(moments.weeksFrom('soon', 'northbet', 3)).toEqual(['soon']);
});

test('no time is a dash, and a local time keeps its hour', () => {
  learnZones([ROME]);
  expect([moment(null), moment(undefined), moment('soon')]).toEqual(['–', '–', 'soon']);
  expect(localMoment('2026-11-30T09:00', 'sudbet')).toBe('30 Nov 2026, 09:00 Rome time');
  expect(localMoment('at noon', 'sudbet')).toBe('at noon');
  expect(counted('2026-11-25T00:00:00Z')).toBe('Counted at 25 Nov 2026, 01:00 Rome time.');
});

test("no screen writes a time in the browser's zone", () => {
  const folder = new URL('../backoffice/src/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/u.test(name));
  const wrong = files.filter((name) => /DateField|toLocale(?:Date|Time)?String\(\)|new Date\([^)]*\)\.toLocale/u.test(readFileSync(new URL(name, folder), 'utf8')));
  expect(wrong).toEqual([]);
});
