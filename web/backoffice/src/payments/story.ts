/** The story of a payment in words: what was asked, why of whom, what was said, booked and decided. */
import { caseName } from '../finance/words.ts';
import { money, word } from '../money/amounts.ts';

import type { OpenCase, StoryLine, ToldPayment } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

const STATES: Readonly<Record<ToldPayment['state'], { readonly tone: Tone; readonly label: string }>> = {
  ASKED: { tone: 'waiting', label: 'Being checked' },
  REFUSED: { tone: 'neutral', label: 'Refused' },
  OPEN: { tone: 'waiting', label: 'Not paid yet' },
  REVIEW: { tone: 'warning', label: 'Waits for a person' },
  SENDING: { tone: 'waiting', label: 'On its way' },
  DONE: { tone: 'good', label: 'Done' },
  RETURNED: { tone: 'neutral', label: 'Went back' },
  FAILED: { tone: 'neutral', label: 'Failed' },
};

/** What a list of payments can be filtered by. */
export const STATES_TO_CHOOSE = Object.entries(STATES).map(([id, { label }]) => ({ id, name: label }));
export const DIRECTIONS = [
  { id: 'DEPOSIT', name: 'Deposits' },
  { id: 'WITHDRAWAL', name: 'Withdrawals' },
];

export function paymentState(state: ToldPayment['state']): { readonly tone: Tone; readonly label: string } {
  return STATES[state];
}

/** Return what a payment is: `Deposit of £20.00 by card`. */
export function paymentName({ direction, amountMinor, currency, methodId }: Pick<ToldPayment, 'direction' | 'amountMinor' | 'currency' | 'methodId'>): string {
  const [method = ''] = methodId.split(':');
  return `${word(direction.toLowerCase())} of ${money(amountMinor, currency)} by ${method}`;
}

const CODES: Readonly<Record<string, string>> = {
  LIMIT_REACHED: 'It is more than the customer’s deposit limit allows.',
  SELF_EXCLUDED: 'The customer has excluded themselves.',
  COOLING_OFF: 'The customer takes a break.',
  SUSPENDED: 'The account is suspended.',
  UNVERIFIED: 'The operator has not checked yet who the customer is.',
  WRONG_CURRENCY: 'The account is in another currency.',
  INSUFFICIENT_FUNDS: 'The customer had less cash.',
  METHOD_UNAVAILABLE: 'No processor could take it.',
  AMOUNT_DIFFERS: 'Another amount was paid than was asked for.',
  PAID_TWICE: 'The deposit was paid twice: the first payment counts.',
  ERASED: 'The customer’s data was erased, so nobody knows whose money it is.',
  NO_CHARGE: 'The deposit has no such payment that arrived.',
  NOT_LEFT: 'Less was left of it: something had been refunded, withdrawn or taken back by a bank.',
  NOT_WHOLE: 'This money was never the customer’s, so all that is left of it goes back.',
  unavailable: 'It could not be reached.',
  rejected: 'Two people rejected the withdrawal.',
};

/** Return a reason in words; a processor's own code stays as it is. */
export function reasonInWords(code: string): string {
  return CODES[code] ?? `Its reason: ${code.replaceAll('_', ' ')}.`;
}

/** Return why a processor was chosen, or not, in words. */
export function choiceInWords(choice: string, currency: string): string {
  const [, name = '', rest = ''] = /^([a-z0-9-]+): (.+)$/u.exec(choice) ?? [];
  if (rest === '') return `${word(choice)}.`;
  const number = /^yes, as number (\d+)/u.exec(rest)?.[1];
  if (number !== undefined) return number === '1' ? `${name} is asked first: it takes this way to pay, country and amount.` : `${name} is choice number ${number}: it is asked if those before it can’t take the payment.`;
  const above = /^no, the amount is above (\d+)$/u.exec(rest)?.[1];
  if (above !== undefined) return `${name} isn’t asked: the amount is above ${money(Number(above), currency)}, the most it takes.`;
  const country = /^no, it is not for (.+)$/u.exec(rest)?.[1];
  if (country !== undefined) return `${name} isn’t asked: it isn’t used for customers in ${country}.`;
  if (rest === 'no, it is switched off') return `${name} isn’t asked: it is switched off.`;
  const late = /^only after the others, (.+)$/u.exec(rest)?.[1];
  return late === undefined ? `${name}: ${rest}.` : `${name} is asked last: ${late}.`;
}

const SENT: Readonly<Record<string, string>> = {
  charge: 'was asked to take',
  refund: 'was asked to send back',
  payout: 'was asked to pay out',
  dispute: 'told us that a bank takes back',
};

const SAID: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  charge: { open: 'waits for the customer to pay', processing: 'is confirming the payment of', done: 'has the customer’s payment of', failed: 'got no payment of' },
  refund: { open: 'is sending back', processing: 'is sending back', done: 'has sent back', failed: 'could not send back' },
  payout: { open: 'is paying out', processing: 'is paying out', done: 'has paid out', failed: 'could not pay out' },
  dispute: { open: 'holds for the bank’s decision', processing: 'holds for the bank’s decision', done: 'lost to the bank', failed: 'won back from the bank' },
};

const BOOKED: Readonly<Record<string, string>> = { kept: 'set aside', released: 'released again', moved: 'moved' };

/** What has happened in a sentence, and why; the reason is empty if there is none. */
export interface ToldLine {
  readonly what: string;
  readonly why: string;
}

/** Return a line of a payment's story in words. */
export function toldLine(line: StoryLine, currency: string): ToldLine {
  const { kind, processor, part, state, words, by } = line;
  const amount = line.amountMinor === null ? '' : money(line.amountMinor, currency);
  switch (kind) {
    case 'ASKED':
      return { what: `The customer asked for ${amount}.`, why: '' };
    case 'CHOSEN':
      return { what: choiceInWords(words, currency), why: '' };
    case 'REFUSED':
      return { what: 'It was refused.', why: reasonInWords(words) };
    case 'REVIEW':
      return { what: 'A person has to decide.', why: `${word(words)}.` };
    case 'DECIDED':
      return { what: `${by} ${state} it.`, why: words };
    case 'REFUND_DECIDED':
      return { what: `${by} decided to send ${amount} back.`, why: words };
    case 'REFUND_REFUSED':
      return { what: 'It was not sent back.', why: reasonInWords(state) };
    case 'SENT':
      return { what: `${processor} ${SENT[part] ?? part} ${amount}.`, why: '' };
    case 'SAID':
      return { what: saidInWords(line, amount), why: whySaid(words) };
    case 'BOOKED':
      return { what: `${part === 'fee' ? 'The fee of ' : ''}${amount} was ${BOOKED[state] ?? state} in the wallet.`, why: '' };
    case 'GIVEN_BACK':
      return { what: 'It stopped counting against the customer’s limits.', why: '' };
    case 'CASE':
      return { what: `A case was opened for finance: ${caseName(state.toUpperCase() as OpenCase['kind'])}.`, why: '' };
    case 'CASE_CLOSED':
      return { what: `${by} closed the case.`, why: words };
  }
}

function saidInWords({ processor, part, state }: StoryLine, amount: string): string {
  return `${processor} ${SAID[part]?.[state] ?? state} ${amount}.`;
}

function whySaid(words: string): string {
  if (words === '') return '';
  return words === 'received' ? 'It became the customer’s.' : reasonInWords(words);
}
