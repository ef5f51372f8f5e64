import { expect, test } from 'vitest';

import { emptyPlacement, inputOf, inWords, keyOf, pathOf } from '../backoffice/src/events/board/placement.ts';
import { sentence, sentences } from '../backoffice/src/events/board/words.ts';
import { learnZones } from '../backoffice/src/time/moments.ts';

learnZones([{ id: 'northbet', timeZone: 'Europe/London' }]);

const said = (changes: Partial<ReturnType<typeof emptyPlacement>>) => sentence(inWords({ ...emptyPlacement(), ...changes }, 'northbet'), 'EVENT').replaceAll('\u00a0', ' ');

test('a placement is a sentence: when, how and where, under which names', () => {
  expect(said({ since: '2026-11-27T18:00', position: '1', territories: ['DE'], names: { 'en-GB': 'The Cup Final', 'de-DE': '' } })).toBe(
    'From 27 Nov 2026, 18:00 London time this event is first in Germany, as “The Cup Final” in British English.',
  );
  expect(said({ until: '2026-11-27T18:00', hidden: true, names: { 'en-GB': 'Not said' }, territories: ['GB', 'IE'] })).toBe(
    'Until 27 Nov 2026, 18:00 London time this event isn’t shown in the United Kingdom and Ireland.',
  );
  expect(said({ position: '12', imageUrl: '/cup.png' })).toBe('At all times this event is at place 12 everywhere, with a picture.');
});

test('of several placements the first one wins, and without one providers say it', () => {
  const placement = inWords(emptyPlacement(), 'northbet');
  expect(sentences([], 'SPORT')).toEqual(['This sport is shown as its providers tell it.']);
  expect(sentences([placement, { ...placement, hidden: true }], 'SPORT')).toEqual([
    '1. At all times this sport is shown everywhere.',
    '2. At all times this sport is shown nowhere.',
    'Where several hold, the first one wins.',
  ]);
});

test('a place that is no whole number is sent as one that is refused, and an empty one as none', () => {
  expect(['', '3', '1.5', '-1', 'x'].map((position) => inputOf({ ...emptyPlacement(), position }).position)).toEqual([null, 3, -1, -1, -1]);
});

test('an entry has an address, and what is none is not guessed', () => {
  expect(pathOf({ scope: 'EVENT', entry: 'ab/c' }, 'northbet')).toBe('/board/event%3Aab%2Fc?brand=northbet');
  expect(keyOf('event:abc')).toEqual({ scope: 'EVENT', entry: 'abc' });
  expect([keyOf('event'), keyOf('team:abc'), keyOf('')]).toEqual([null, null, null]);
});
