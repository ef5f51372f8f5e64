import { afterEach, expect, test } from 'vitest';

import { learnNames } from '../backoffice/src/frame/names.ts';
import { accountFacts, accountState, countInWords, membership, pageOfExact, rewardInWords } from '../backoffice/src/support/customer.ts';
import { dayAt, learnZones, showZoneOf } from '../backoffice/src/time/moments.ts';

import type { Customer, ShownWeek } from '../backoffice/src/graph/generated/operations.ts';

const WEEK: ShownWeek = { isoWeek: '2026-W48', totalMinor: 1200, targetMinor: 2500, currency: 'GBP', shown: '£12.00 of £25.00', countedBets: 2, reward: 'fb-5', isChosen: false };
const ACCOUNT = { revision: 1, status: 'active', verified: true, jurisdiction: 'GB', currency: 'GBP', rgState: 'none', promoRestricted: false, since: '2026-09-01T09:00:00Z' };
const CUSTOMER: Customer = {
  id: 'northbet:c-1',
  brand: 'northbet',
  customerId: 'c-1',
  member: true,
  memberSince: '2026-11-23T09:00:00Z',
  ineligibleReason: null,
  account: ACCOUNT,
  week: WEEK,
  pastWeeks: [],
};
const facts = (customer: Customer) => Object.fromEntries(accountFacts(customer).map(([label, value]) => [label, value.replaceAll('\u00a0', ' ')]));

afterEach(() => {
  learnZones([]);
  learnNames([]);
});

test('an account is said in words, with all that keeps the customer from the club', () => {
  learnZones([{ id: 'northbet', timeZone: 'Europe/London' }]);
  showZoneOf('northbet');
  expect(facts(CUSTOMER)).toEqual({ Verified: 'Yes', Exclusions: 'None', 'Can take part': 'Yes', Where: 'United Kingdom, GBP', Since: '1 Sept 2026, 10:00' });
  const excluded = { ...CUSTOMER, ineligibleReason: 'SELF_EXCLUDED', account: { ...ACCOUNT, rgState: 'self_excluded', promoRestricted: true } };
  expect(facts(excluded)).toMatchObject({ Exclusions: 'Self-excluded, From promotions', 'Can take part': 'No: self-excluded' });
  expect(accountState(excluded)).toEqual({ label: 'Self-excluded', tone: 'bad' }); // not a green “Active”
  expect(facts({ ...CUSTOMER, account: null })).toEqual({ Account: 'Not received yet', 'Can take part': 'Yes' });
  expect(accountState(CUSTOMER)).toEqual({ label: 'Active', tone: 'good' });
  expect(accountState({ ...CUSTOMER, account: null }).label).toBe('No account yet');
  expect(membership(CUSTOMER).replaceAll('\u00a0', ' ')).toBe('Member since 23 Nov 2026, 09:00');
  expect(membership({ ...CUSTOMER, member: false })).toBe('Not a member');
});

test('the reward of a week has its title, and says whether it was chosen', () => {
  learnNames([{ id: 'northbet', name: 'Northbet', rewards: [{ rewardId: 'fb-5', configVersion: 1, title: '£5 free bet' }] }]);
  expect(rewardInWords('northbet', WEEK)).toBe('£5 free bet (default)');
  expect(rewardInWords('northbet', { ...WEEK, isChosen: true })).toBe('£5 free bet (chosen)');
  expect(rewardInWords('northbet', { ...WEEK, reward: null })).toBe('None');
  expect([countInWords(0), countInWords(1), countInWords(2)]).toEqual(['0 bets count', '1 bet counts', '2 bets count']);
});

test('the days of a timeline are those of the brand’s zone', () => {
  learnZones([{ id: 'northbet', timeZone: 'Europe/London' }]);
  expect(dayAt('2026-07-01T23:30:00Z', 'northbet')).toBe('Thu, 2 Jul 2026');
  expect(dayAt('2026-11-25T23:30:00Z', 'northbet')).toBe('Wed, 25 Nov 2026');
});

test('a whole id, or that of a bet, opens the customer; a part of an id lists whom it may mean', () => {
  const page = (...ids: readonly string[]) => ({ nodes: ids.map((id) => ({ id: `northbet:${id}`, customerId: id })), endCursor: null, hasNextPage: false });
  expect(pageOfExact(page('c-1', 'c-10', 'c-11'), 'customer', 'c-1')).toBe('/customers/northbet%3Ac-1/show');
  expect(pageOfExact(page('c-10'), 'customer', 'c-1')).toBeNull();
  expect(pageOfExact(page(), 'customer', 'c-1')).toBeNull();
  expect(pageOfExact(page('c-10'), 'bet', 'b/7')).toBe('/customers/northbet%3Ac-10/show?bet=b%2F7');
});
