import { expect, test } from 'vitest';

import { missingFilters, nameCustomer, RESOURCES, sameFilters } from '../backoffice/src/graph/resources.ts';
import { filledBy, reasonForNoRows, withoutOptional } from '../backoffice/src/components/noRows.ts';

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

test('each list says what fills it, but not while filters are the reason that it is empty', () => {
  for (const list of Object.keys(RESOURCES)) {
    const needed = Object.fromEntries(missingFilters(list, {}).map((name) => [name, 'x']));
    expect(filledBy(list, needed), list).toMatch(/^[A-Z].+\.$/u);
  }
  expect(filledBy('jobs', { status: 'DONE' })).toBeUndefined();
  expect(filledBy('deadLetters', {})).toBeUndefined();
});

test('clearing the filters keeps those that the list needs', () => {
  expect(withoutOptional('deadLetters', { app: 'club', topic: 'bets' })).toEqual({ app: 'club' });
  expect(withoutOptional('approvals', { status: 'PENDING' })).toEqual({});
});

test('filters are the same whatever their order, and an empty one is none', () => {
  expect(sameFilters({ status: 'PENDING', brand: '' }, { status: 'PENDING' })).toBe(true);
  expect(sameFilters({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  expect(sameFilters({ status: 'PENDING' }, { status: 'VOID' })).toBe(false);
});

test('filters that name a customer are not kept in the browser', () => {
  expect(nameCustomer({ subject: ' customer:northbet:c-1003', action: 'support.look' })).toBe(true);
  expect(nameCustomer({ state: 'REVIEW', search: 'c-1003' })).toBe(true);
  expect(nameCustomer({ subject: 'content:northbet:fb-5', action: null })).toBe(false);
});
