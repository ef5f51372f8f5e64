/** What is chosen from a list instead of typed: brands of roles, and filters. */
import { expect, test } from 'vitest';

import { withChosen } from '../backoffice/src/frame/chosen.ts';
import { learnNames } from '../backoffice/src/frame/names.ts';
import { ALL_BRANDS, choicesFor, nameOf } from '../backoffice/src/people/brandNames.ts';

const BRANDS = [
  { id: 'northbet', name: 'Northbet' },
  { id: 'southbet', name: 'Southbet' },
];

test('a role is for one of the brands, or for all, which is never the first choice', () => {
  expect(choicesFor('', BRANDS, true)).toEqual(['northbet', 'southbet', ALL_BRANDS]);
  expect(choicesFor('southbet', BRANDS, true)).toEqual(['northbet', 'southbet', ALL_BRANDS]);
});

test('who manages people of some brands is not offered all of them', () => {
  expect(choicesFor('', BRANDS, false)).toEqual(['northbet', 'southbet']);
  expect(choicesFor(ALL_BRANDS, BRANDS, false)).toEqual([ALL_BRANDS, 'northbet', 'southbet']);
});

test('the role of a brand that is not known stays, and can be seen', () => {
  expect(choicesFor('westbet', BRANDS, true)).toEqual(['westbet', 'northbet', 'southbet', ALL_BRANDS]);
  learnNames([], BRANDS);
  expect(['northbet', 'westbet', ALL_BRANDS].map(nameOf)).toEqual(['Northbet', 'westbet', 'All brands']);
  learnNames([]);
});

test('a filter shows what a link has chosen, also if it is none of the choices', () => {
  const weeks = [{ id: '2026-W48', name: 'Week of 23 Nov 2026' }];
  const name = (id: string) => `Week ${id}`;
  expect(withChosen(weeks, '2026-W48', name)).toEqual(weeks);
  expect(withChosen(weeks, undefined, name)).toEqual(weeks);
  expect(withChosen(weeks, '', name)).toEqual(weeks);
  expect(withChosen(weeks, '2025-W09', name).at(-1)).toEqual({ id: '2025-W09', name: 'Week 2025-W09' });
});
