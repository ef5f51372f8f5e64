/** The story of a payment in words: what was asked, why of whom, what was said, booked and decided. */
import { caseName } from '../finance/words.ts';
import { money, word } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { OpenCase, StoryLine, ToldPayment } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

const STATES: Readonly<Record<ToldPayment['state'], { readonly tone: Tone; readonly label: string }>> = {
  ASKED: { tone: 'waiting', label: WORDS.payments.beingChecked },
  REFUSED: { tone: 'neutral', label: WORDS.common.refused },
  OPEN: { tone: 'waiting', label: WORDS.payments.notPaidYet },
  REVIEW: { tone: 'warning', label: WORDS.payments.waitsForAPerson },
  SENDING: { tone: 'waiting', label: WORDS.payments.onItsWay },
  DONE: { tone: 'good', label: WORDS.common.done },
  RETURNED: { tone: 'neutral', label: WORDS.payments.wentBack },
  FAILED: { tone: 'neutral', label: WORDS.payments.failed },
};

/** What a list of payments can be filtered by. */
export const STATES_TO_CHOOSE = Object.entries(STATES).map(([id, { label }]) => ({ id, name: label }));
export const DIRECTIONS = [
  { id: 'DEPOSIT', name: WORDS.payments.deposits },
  { id: 'WITHDRAWAL', name: WORDS.payments.withdrawals },
];

export function paymentState(state: ToldPayment['state']): { readonly tone: Tone; readonly label: string } {
  return STATES[state];
}

/** Return what a payment is: `Deposit of £20.00 by card`. */
export function paymentName({ direction, amountMinor, currency, methodId }: Pick<ToldPayment, 'direction' | 'amountMinor' | 'currency' | 'methodId'>): string {
  const [method = ''] = methodId.split(':');
  return WORDS.payments.directionOfAmountByMethod({ direction: word(direction.toLowerCase()), amount: money(amountMinor, currency), method });
}

const CODES: Readonly<Record<string, string>> = WORDS.payments.codes;

/** Return what a code of ours means, as a sentence; nothing for a processor's own. */
export function codeInWords(code: string): string | undefined {
  return CODES[code];
}

/** Return a reason in words; a processor's own code stays as it is. */
export function reasonInWords(code: string): string {
  return codeInWords(code) ?? WORDS.payments.itsReason({ code: code.replaceAll('_', ' ') });
}

/** Return why a processor was chosen, or not, in words. */
export function choiceInWords(choice: string, currency: string): string {
  const [, name = '', rest = ''] = /^([a-z0-9-]+): (.+)$/u.exec(choice) ?? [];
  if (rest === '') return `${word(choice)}.`;
  const number = /^yes, as number (\d+)/u.exec(rest)?.[1];
  if (number !== undefined) return number === '1' ? WORDS.payments.isAskedFirst({ name }) : WORDS.payments.isChoiceNumber({ name, number });
  const above = /^no, the amount is above (\d+)$/u.exec(rest)?.[1];
  if (above !== undefined) return WORDS.payments.isntAskedAbove({ name, above: money(Number(above), currency) });
  const country = /^no, it is not for (.+)$/u.exec(rest)?.[1];
  if (country !== undefined) return WORDS.payments.isntUsedInCountry({ name, country });
  if (rest === 'no, it is switched off') return WORDS.payments.isSwitchedOff({ name });
  const late = /^only after the others, (.+)$/u.exec(rest)?.[1];
  return late === undefined ? `${name}: ${rest}.` : WORDS.payments.isAskedLast({ name, late });
}

const SENT: Readonly<Record<string, string>> = WORDS.payments.sent;

const SAID: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  charge: { open: WORDS.payments.waitsForTheCustomerToPay, processing: WORDS.payments.isConfirmingThePaymentOf, done: WORDS.payments.hasTheCustomersPaymentOf, failed: WORDS.payments.gotNoPaymentOf },
  refund: { open: WORDS.payments.isSendingBack, processing: WORDS.payments.isSendingBack, done: WORDS.payments.hasSentBack, failed: WORDS.payments.couldNotSendBack },
  payout: { open: WORDS.payments.isPayingOut, processing: WORDS.payments.isPayingOut, done: WORDS.payments.hasPaidOut, failed: WORDS.payments.couldNotPayOut },
  dispute: { open: WORDS.payments.holdsForTheBanksDecision, processing: WORDS.payments.holdsForTheBanksDecision, done: WORDS.payments.lostToTheBank, failed: WORDS.payments.wonBackFromTheBank },
};

const BOOKED: Readonly<Record<string, string>> = WORDS.payments.booked;

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
      return { what: WORDS.payments.theCustomerAskedFor({ amount }), why: '' };
    case 'CHOSEN':
      return { what: choiceInWords(words, currency), why: '' };
    case 'REFUSED':
      return { what: WORDS.payments.itWasRefused, why: reasonInWords(words) };
    case 'REVIEW':
      return { what: WORDS.payments.aPersonHasToDecide, why: `${word(words)}.` };
    case 'DECIDED':
      return { what: WORDS.payments.byStateIt({ by, state }), why: words };
    case 'REFUND_DECIDED':
      return { what: WORDS.payments.decidedToSendBack({ by, amount }), why: words };
    case 'REFUND_REFUSED':
      return { what: WORDS.payments.itWasNotSentBack, why: reasonInWords(state) };
    case 'SENT':
      return { what: `${processor} ${SENT[part] ?? part} ${amount}.`, why: '' };
    case 'SAID':
      return { what: saidInWords(line, amount), why: whySaid(words) };
    case 'BOOKED':
      return { what: part === 'fee' ? WORDS.payments.feeInTheWallet({ amount, state: BOOKED[state] ?? state }) : WORDS.payments.amountInTheWallet({ amount, state: BOOKED[state] ?? state }), why: '' };
    case 'GIVEN_BACK':
      return { what: WORDS.payments.stoppedCountingAgainst, why: '' };
    case 'CASE':
      return { what: WORDS.payments.aCaseWasOpenedForFinance({ state: caseName(state.toUpperCase() as OpenCase['kind']) }), why: '' };
    case 'CASE_CLOSED':
      return { what: WORDS.payments.closedTheCase({ by }), why: words };
  }
}

function saidInWords({ processor, part, state }: StoryLine, amount: string): string {
  return `${processor} ${SAID[part]?.[state] ?? state} ${amount}.`;
}

function whySaid(words: string): string {
  if (words === '') return '';
  return words === 'received' ? WORDS.payments.itBecameTheCustomers : reasonInWords(words);
}
