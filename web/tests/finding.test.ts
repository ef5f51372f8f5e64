/** The search of the bar: what it lists for whom, in which order, and where it leads. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { asked, countInWords, HELP, helpFor, listed, screensFor, targetsOf } from '../backoffice/src/frame/finding.ts';
import { GROUPS } from '../backoffice/src/frame/screens.ts';
import { forAllBrands } from '../backoffice/src/session/permissions.ts';

import type { Found } from '../backoffice/src/graph/generated/operations.ts';

const SUPPORT = new Set(['content.read', 'support.read']);
const OPERATOR = new Set(['content.read', 'operations.read', forAllBrands('operations.read')]);
const found = (kind: Found['kind'], name: string, more: Partial<Found> = {}): Found => ({ id: `northbet:${name}`, kind, brand: 'northbet', name, exact: false, customer: null, ...more });

test('screens are found by the beginnings of their words, and only those that the role may open', () => {
  const labels = (typed: string, may: ReadonlySet<string>) => screensFor(typed, may).map(({ label }) => label);
  expect(labels('dead let', OPERATOR)).toEqual(['Dead letters']);
  expect(labels('dead let', SUPPORT)).toEqual([]);
  expect(labels('LETTERS dead', OPERATOR)).toEqual(['Dead letters']);
  expect(labels('etters', OPERATOR)).toEqual([]);
  expect(labels('', SUPPORT)).toContain('Customers');
  expect(labels('password', new Set())).toEqual(['My account']);
});

test('help is found only where the installation says where the documentation is', () => {
  expect(helpFor('replay', '')).toEqual([]);
  expect(helpFor('', 'https://docs.example/')).toEqual([]);
  expect(helpFor('replay', 'https://docs.example/')).toMatchObject([{ label: 'Dead letters', to: 'https://docs.example/backoffice/operations.html#dead-letters', isExternal: true }]);
});

test('each help page of the search and of the screens exists, and has its heading', () => {
  const pages = [...HELP.map(([, , page]) => page), ...GROUPS.flatMap(({ screens }) => screens.map(({ docs }) => docs))];
  for (const page of pages) {
    const [file = '', heading] = page.replace('.html', '.md').split('#');
    const url = new URL(`../../docs/${file}`, import.meta.url);
    expect(existsSync(url), page).toBe(true);
    const headings = [...readFileSync(url, 'utf8').matchAll(/^#+ (.+)$/gmu)].map(([, text = '']) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}\s-]/gu, '').replaceAll(' ', '-'));
    if (heading !== undefined) expect(headings, page).toContain(heading);
  }
});

test('the graph is asked from two characters on, and a name with a brand is looked for there', () => {
  const brands = [{ id: 'northbet' }, { id: 'lagunabet' }];
  expect(asked('c', 'northbet', brands)).toBeNull();
  expect(asked(' c-1 ', 'northbet', brands)).toEqual({ brand: 'northbet', text: 'c-1' });
  expect(asked('lagunabet:c-1', 'northbet', brands)).toEqual({ brand: 'lagunabet', text: 'c-1' });
  expect(asked('odd:name', 'northbet', brands)).toEqual({ brand: 'northbet', text: 'odd:name' });
  expect(asked('c-1', null, brands)).toBeNull();
  expect(asked('x'.repeat(129), 'northbet', brands)).toBeNull();
});

test('what was typed in full comes first, then screens, then what begins so', () => {
  const results = [found('CUSTOMER', 'weeks'), found('BET', 'weeks', { exact: true, customer: 'northbet:c-1' })];
  expect(listed('weeks', OPERATOR, '', results).map(({ heading, label }) => `${heading}: ${label}`)).toEqual(['Bets: weeks', 'Screens: Weeks', 'Customers: weeks']);
});

test('each result leads to its page, with its brand; a reward to its status only where that may be seen', () => {
  const paths = (one: Found, may = SUPPORT) => targetsOf(one, may).map(({ to }) => to);
  expect(paths(found('CUSTOMER', 'c-1'))).toEqual(['/customers/northbet%3Ac-1/show?brand=northbet']);
  expect(paths(found('BET', 'b/7', { customer: 'northbet:c-1' }))).toEqual(['/customers/northbet%3Ac-1/show?brand=northbet&bet=b%2F7']);
  expect(paths(found('BET', 'b-7'))).toEqual([]);
  expect(paths(found('REWARD', 'fb-5'))).toEqual(['/content/northbet%3Afb-5?brand=northbet']);
  expect(paths(found('REWARD', 'fb-5'), OPERATOR)).toHaveLength(2);
  expect(paths(found('WEEK', '2026-W48'), OPERATOR)).toEqual(['/weeks?brand=northbet&week=2026-W48']);
});

test('the count is said in words', () => {
  expect([countInWords(0, false), countInWords(1, false), countInWords(7, false), countInWords(3, true)]).toEqual(['Nothing was found', '1 result', '7 results', 'Searching…']);
});
