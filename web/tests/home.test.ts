/** The homes of the back office ask only for what the admin graph has. */
import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';

import { HOME_QUERIES, owed } from '../backoffice/src/home/figures.ts';

test('the queries of the homes are valid', () => {
  const graph = buildSchema(readFileSync(new URL('../../admin.graphql', import.meta.url), 'utf8'));
  for (const query of HOME_QUERIES) expect(validate(graph, parse(query))).toEqual([]);
});

test('what is owed is summed by currency, and currencies are never added up', () => {
  const lines = [
    { currency: 'GBP', valueMinor: 500 },
    { currency: 'EUR', valueMinor: 200 },
    { currency: 'GBP', valueMinor: 250 },
  ];
  expect(owed(lines)).toBe('£7.50 + €2.00');
  expect(owed([])).toBe('–');
});
