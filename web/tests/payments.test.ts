/** Payments in words: their story, refunds, processors, and compared days. */
import { expect, test } from 'vitest';

import { learnNames } from '../backoffice/src/frame/names.ts';
import { casesOf, comparisonState, failuresInWords, processorState, routeInWords, waitsInWords } from '../backoffice/src/payments/processors.ts';
import { refundInWords, stateOfRefund } from '../backoffice/src/payments/refunds.ts';
import { choiceInWords, paymentName, reasonInWords, toldLine } from '../backoffice/src/payments/story.ts';

import type { Refundable, StoryLine } from '../backoffice/src/graph/generated/operations.ts';

test('why a processor was chosen, or not, is a sentence', () => {
  expect(choiceInWords('stripe-uk: yes, as number 1 for card', 'GBP')).toBe('stripe-uk is asked first: it takes this way to pay, country and amount.');
  expect(choiceInWords('stripe-ie: yes, as number 2 for card', 'GBP')).toMatch(/^stripe-ie is choice number 2/u);
  expect(choiceInWords('stripe-uk: no, it is switched off', 'GBP')).toBe('stripe-uk isn’t asked: it is switched off.');
  expect(choiceInWords('stripe-uk: no, it is not for DE', 'GBP')).toBe('stripe-uk isn’t asked: it isn’t used for customers in DE.');
  expect(choiceInWords('stripe-uk: no, the amount is above 100000', 'GBP')).toBe('stripe-uk isn’t asked: the amount is above £1,000.00, the most it takes.');
  expect(choiceInWords('stripe-uk: only after the others, it has not answered lately', 'GBP')).toBe('stripe-uk is asked last: it has not answered lately.');
  expect(choiceInWords('back to what the customer has paid with, the newest payment first', 'GBP')).toBe('Back to what the customer has paid with, the newest payment first.');
});

const line = (others: Partial<StoryLine>): StoryLine => ({
  at: '2026-11-25T12:00:00Z',
  kind: 'ASKED',
  processor: '',
  part: '',
  state: '',
  amountMinor: null,
  words: '',
  by: '',
  ...others,
});
const told = (others: Partial<StoryLine>) => Object.values(toldLine(line(others), 'GBP')).join(' ').trim();

test('a story says who did what, and why', () => {
  const [processor, amountMinor] = ['stripe-uk', 2000];
  expect(told({ amountMinor })).toBe('The customer asked for £20.00.');
  expect(told({ kind: 'SENT', processor, part: 'charge', amountMinor })).toBe('stripe-uk was asked to take £20.00.');
  expect(told({ kind: 'SAID', processor, part: 'charge', state: 'open', amountMinor })).toBe('stripe-uk waits for the customer to pay £20.00.');
  expect(told({ kind: 'SAID', processor, part: 'charge', state: 'done', amountMinor, words: 'received' })).toBe(
    'stripe-uk has the customer’s payment of £20.00. It became the customer’s.',
  );
  expect(told({ kind: 'SAID', processor, part: 'refund', state: 'failed', amountMinor, words: 'expired_card' })).toBe('stripe-uk could not send back £20.00. Its reason: expired card.');
  expect(told({ kind: 'BOOKED', part: 'fee', state: 'moved', amountMinor: 10 })).toBe('The fee of £0.10 was moved in the wallet.');
  expect(told({ kind: 'DECIDED', by: 'Fay, Finn', state: 'approved', words: 'it is her own' })).toBe('Fay, Finn approved it. it is her own');
  expect(told({ kind: 'REFUND_DECIDED', by: 'Fay, Finn', amountMinor, words: 'a mistake' })).toBe('Fay, Finn decided to send £20.00 back. a mistake');
  expect(told({ kind: 'REFUND_REFUSED', state: 'NOT_LEFT' })).toMatch(/^It wasn’t sent back\. Less was left/u);
  expect(told({ kind: 'CASE', state: 'missing' })).toBe('A case was opened for finance: Missing in the report.');
  expect(told({ kind: 'REFUSED', words: 'LIMIT_REACHED' })).toMatch(/deposit limit/u);
  expect(paymentName({ direction: 'WITHDRAWAL', amountMinor, currency: 'GBP', methodId: 'transfer:d1' })).toBe('Withdrawal of £20.00 by transfer');
  expect(reasonInWords('card_declined')).toBe('Its reason: card declined.');
});

const charge: Refundable = { id: 'c', processor: 'stripe-uk', currency: 'GBP', amountMinor: 2000, leftMinor: 1500, cashMinor: 1000, owed: false };

test('a refund says what it does, and what it cannot', () => {
  expect(refundInWords(charge, null)).toEqual({ words: 'At most £10.00: the deposit has £15.00 left at stripe-uk, and the customer can use £10.00 of cash.', possible: false });
  expect(refundInWords(charge, 1600)).toEqual({ words: 'The deposit has only £15.00 left at stripe-uk.', possible: false });
  expect(refundInWords(charge, 1200)).toEqual({ words: 'The customer can use only £10.00 of cash.', possible: false });
  expect(refundInWords(charge, 400).words).toBe('£4.00 goes back to its source at stripe-uk. The customer can use £10.00 of cash now, and then £6.00.');
  expect(refundInWords({ ...charge, owed: true, leftMinor: 2000 }, 2000)).toEqual({
    words: 'This money was never the customer’s. All £20.00 that is left goes back to its source at stripe-uk.',
    possible: true,
  });
  expect(refundInWords({ ...charge, owed: true }, 1500).possible).toBe(true);
  expect(refundInWords({ ...charge, owed: true }, 2000).possible).toBe(false);
  expect(stateOfRefund({ state: 'REFUSED', refusal: 'INSUFFICIENT_FUNDS' }).why).toBe('The customer had less cash. Nothing was sent.');
  expect((['WAITING', 'SENDING', 'DONE', 'FAILED'] as const).map((state) => stateOfRefund({ state, refusal: null }).label)).toEqual(['Not sent yet', 'On its way', 'Sent back', 'Failed']);
});

test('a processor says whether it answers, and for what it is asked', () => {
  const route = { methodId: 'card', name: 'Debit card', direction: 'DEPOSIT', place: 1, places: 2, brands: ['northbet'], countries: ['GB'], currencies: ['GBP'], maximumMinor: 100_000 } as const;
  learnNames([{ id: 'northbet', name: 'Northbet', rewards: [] }]);
  expect(routeInWords({ ...route, brands: [...route.brands], countries: [...route.countries], currencies: [...route.currencies] })).toBe(
    'Debit card (deposits in GBP): asked first of 2, up to £1,000.00, in GB, for Northbet',
  );
  learnNames([]);
  expect(routeInWords({ ...route, place: 1, places: 1, brands: [], countries: [], currencies: ['GBP'], maximumMinor: null })).toBe('Debit card (deposits in GBP): the only processor');
  expect(processorState({ enabled: true, doubtful: 1 }).label).toBe('Owes answers');
  expect(processorState({ enabled: false, doubtful: 0 }).label).toBe('Switched off');
  expect(processorState({ enabled: null, doubtful: 0 }).label).toBe('Not configured here');
  expect(failuresInWords([{ reason: 'card_declined', parts: 3 }, { reason: 'unavailable', parts: 1 }, { reason: '', parts: 2 }])).toEqual(['3 × card declined', '1 × it could not be reached', '2 × without a reason']);
  expect(failuresInWords([])).toEqual([]);
  const waits = { doubtful: 2, doubtfulSince: 'a', underWay: 1, underWaySince: 'b' };
  expect(waitsInWords(waits, (at) => `${at} o’clock`)).toEqual(['2 unanswered, the oldest from a o’clock', '1 on the way, the oldest from b o’clock']);
});

test('a compared day says what differs, and what was explained', () => {
  const cases = [{ kind: 'MISSING' as const, cases: 3, waiting: 1 }];
  expect(comparisonState({ cases })).toEqual({ tone: 'bad', label: '1 difference' });
  expect(comparisonState({ cases: [{ kind: 'MISSING', cases: 3, waiting: 0 }] }).label).toBe('Explained');
  expect(comparisonState({ cases: [] }).label).toBe('Equal');
  expect([casesOf({ cases }, 'MISSING'), casesOf({ cases }, 'UNKNOWN')]).toEqual(['3, 2 closed', '0']);
  expect(casesOf({ cases: [{ kind: 'UNKNOWN', cases: 2, waiting: 0 }] }, 'UNKNOWN')).toBe('2 closed');
});
