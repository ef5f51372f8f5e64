import { expect, test } from 'vitest';

import { missingFilters } from '../backoffice/src/graph/resources.ts';
import { reasonForNoRows } from '../backoffice/src/components/noRows.ts';

test('a list that needs filters asks for those that are missing, in words', () => {
  const given = { brand: 'northbet', isoWeek: '', reward: null };
  expect(missingFilters('riskCustomers', given)).toEqual(['isoWeek', 'figure']);
  expect(reasonForNoRows('riskCustomers', 'customers', given)).toBe('Choose a week and a figure above to see customers.');
});

test('a list with all it needs is read', () => {
  expect(missingFilters('riskGoodwill', { brand: 'northbet' })).toEqual([]);
  expect(missingFilters('audit', {})).toEqual([]);
});

test('an empty list says whether filters are the reason', () => {
  expect(reasonForNoRows('riskGoodwill', 'credits', { brand: 'northbet', isoWeek: '' })).toBe('There are no credits yet.');
  expect(reasonForNoRows('riskGoodwill', 'credits', { brand: 'northbet', kind: 'cash' })).toBe('No credits match these filters.');
  expect(reasonForNoRows('jobs', 'jobs', {})).toBe('There are no jobs yet.');
  expect(reasonForNoRows('content', 'texts', {}, { brand: 'northbet' })).toBe('There are no texts yet.');
});
