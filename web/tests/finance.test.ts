/** What finance reads in words: days, corrections, and customers' accounts. */
import { expect, test } from 'vitest';

import { heldByCustomers } from '../backoffice/src/finance/figures.ts';
import { accountLine, accountName, correctionInWords, customerId, detailLine, movementLines, signed, stateOfCorrection, stateOfDay, stoppedBy } from '../backoffice/src/finance/words.ts';
import { kindName, limitInWords, limitName, raiseInWords, whyAndNext } from '../backoffice/src/support/money.ts';

const difference = (currency: string) => ({ words: 'The ledger differs.', currency, accountId: '' });

test('a day says whether it is right, and which payouts it stopped', () => {
  expect(stateOfDay({ differences: [] })).toEqual({ tone: 'good', label: 'Right' });
  expect(stateOfDay({ differences: [difference('GBP')] })).toEqual({ tone: 'bad', label: '1 difference' });
  expect(stoppedBy([])).toBe('');
  expect(stoppedBy([difference('GBP'), difference('DKK'), difference('GBP')])).toBe('The day stopped payouts in DKK, GBP.');
  expect(stoppedBy([difference('GBP'), difference('')])).toMatch(/all of them/u);
});

test('movements are signed as the position is, and sum up to its change', () => {
  const movements = [
    { code: 'DEPOSIT', debitsMinor: 0, creditsMinor: 5000, transfers: 2 },
    { code: 'STAKE', debitsMinor: 1200, creditsMinor: 0, transfers: 3 },
    { code: '77', debitsMinor: 100, creditsMinor: 100, transfers: 2 },
  ];
  const position = { id: '1', brand: 'northbet', currency: 'GBP', account: 'CASH', openingMinor: 0, closingMinor: 3800, movements };
  expect(movementLines(position).map(({ what, net }) => `${what}: ${net}`)).toEqual(['Deposits: +£50.00', 'Stakes: -£12.00', 'Code 77: £0.00']);
  expect(signed(-500, 'GBP')).toBe('-£5.00');
  expect(accountName('CASH')).toBe('Customers: cash');
  expect(accountName('200')).toBe('Account 200');
});

test('a correction says what it does, and how it stands', () => {
  expect(correctionInWords(500, 'GBP', '')).toBe('adds £5.00 to the cash');
  expect(correctionInWords(-500, 'GBP', 'welcome')).toBe('takes £5.00 from the credit welcome');
  expect(stateOfCorrection({ state: 'APPLIED', refusal: null })).toEqual({ tone: 'good', label: 'Moved', why: '' });
  expect(stateOfCorrection({ state: 'WAITING', refusal: null }).why).toMatch(/payouts in its currency are stopped/u);
  expect(stateOfCorrection({ state: 'REFUSED', refusal: 'INSUFFICIENT_FUNDS' }).why).toBe('The customer had less than it takes. Nothing was moved.');
  expect(stateOfCorrection({ state: 'REFUSED', refusal: 'SOMETHING_NEW' }).why).toBe('Something new. Nothing was moved.');
});

test('accounts are named with what can be used of them', () => {
  expect(accountLine({ account: 'CASH', credit: '', currency: 'GBP', availableMinor: 1200 })).toBe('Cash in GBP: £12.00');
  expect(accountLine({ account: 'FREE_BET', credit: 'fb-5', currency: 'EUR', availableMinor: 500 })).toBe('Free bet fb-5: €5.00');
  expect(customerId('northbet:c:1')).toBe('c:1');
});

test('support reads what happened to money, why, and what comes next', () => {
  const told = (kind: string, state: string, amountMinor = -500) => ({ kind, state, amountMinor });
  expect(kindName(told('FREE_BET', 'POSTED', 500))).toBe('Free bet');
  expect(kindName(told('FREE_BET', 'POSTED'))).toBe('Free bet expired');
  expect(whyAndNext(told('STAKE', 'PENDING'))).toBe('The stake is reserved until the bet is accepted, or given back.');
  expect(whyAndNext(told('WITHDRAWAL', 'VOIDED'))).toMatch(/Nothing was moved/u);
  expect(whyAndNext(told('DEPOSIT', 'POSTED', 500))).toBe('');
});

test('limits say what is used of them, breaks what they stop, and raises when they can be confirmed', () => {
  const none = { amountMinor: null, usedMinor: null, minutes: null, currency: '' };
  expect(limitName({ kind: 'BREAK', product: 'games' })).toBe('Break from games');
  expect(limitInWords({ ...none, kind: 'DEPOSIT_DAY', amountMinor: 10_000, usedMinor: 2500, currency: 'GBP' })).toBe('£25.00 of £100.00 used');
  expect(limitInWords({ ...none, kind: 'SESSION_MINUTES', minutes: 60 })).toBe('A reminder after 60 minutes');
  expect(limitInWords({ ...none, kind: 'EXCLUSION' })).toMatch(/Withdrawals and open bets go on/u);
  const raise = { pendingFrom: 'Monday', pendingUntil: 'Tuesday', pendingMinor: 20_000, pendingCurrency: 'GBP', pendingMinutes: null };
  expect(raiseInWords(raise, (at) => at)).toBe('An increase to £200.00 can be confirmed by the customer from Monday, until Tuesday; then it expires.');
  expect(raiseInWords({ ...raise, pendingMinor: null }, (at) => at)).toMatch(/^Removing the limit/u);
  expect(raiseInWords({ ...raise, pendingFrom: null }, (at) => at)).toBe('');
});

test('what customers have is theirs at the brand, by currency, without the house', () => {
  const position = { id: '1', openingMinor: 0, movements: [] };
  const positions = [
    { ...position, brand: 'northbet', currency: 'GBP', account: 'CASH', closingMinor: 1000 },
    { ...position, brand: 'northbet', currency: 'GBP', account: 'FREE_BET', closingMinor: 500 },
    { ...position, brand: 'northbet', currency: 'DKK', account: 'CASH', closingMinor: 2000 },
    { ...position, brand: 'northbet', currency: 'GBP', account: 'PAYMENTS', closingMinor: -1500 },
    { ...position, brand: 'southbet', currency: 'GBP', account: 'CASH', closingMinor: 77 },
  ];
  expect(heldByCustomers({ positions }, 'northbet')).toMatch(/^£15\.00 \+ .*20/u);
  expect(heldByCustomers({ positions: [] }, 'northbet')).toBe('–');
});

test('a fact about a case is an amount where it is one', () => {
  expect(detailLine({ name: 'expected_minor', value: '-2000' }, 'GBP')).toBe('expected: -£20.00');
  expect(detailLine({ name: 'reference', value: 'dp_1' }, 'GBP')).toBe('reference: dp_1');
});

test('money of a deposit that goes back is told apart from a stake', () => {
  expect(kindName({ kind: 'REFUND', state: 'POSTED', amountMinor: -500 })).toBe('Sent back to its source');
  expect(kindName({ kind: 'REFUND', state: 'POSTED', amountMinor: 500 })).toBe('Refund of a stake');
});
