import { expect, test } from 'vitest';

import { missingFilters } from '../backoffice/src/graph/resources.ts';
import { reasonForNoRows } from '../backoffice/src/components/noRows.ts';

test('a list that needs filters asks for those that are missing, in words', () => {
  const missing = missingFilters('riskCustomers', { brand: 'northbet', isoWeek: '', reward: null });
  expect(missing).toEqual(['isoWeek', 'figure']);
  expect(reasonForNoRows('customers', { brand: 'northbet' }, missing)).toBe('Choose a week and a figure above to see customers.');
});

test('a list with all it needs is read', () => {
  expect(missingFilters('riskGoodwill', { brand: 'northbet' })).toEqual([]);
  expect(missingFilters('audit', {})).toEqual([]);
});

test('an empty list says whether filters are the reason', () => {
  expect(reasonForNoRows('goodwill credits', { brand: 'northbet', isoWeek: '' }, [])).toBe('No goodwill credits match these filters.');
  expect(reasonForNoRows('jobs', { brand: '' }, [])).toBe('There are no jobs yet.');
});
