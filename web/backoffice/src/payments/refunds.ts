/** Refunds of deposits in words: what one would do, and how one stands. */
import { reasonInWords } from './story.ts';
import { money } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { DecidedRefund, Refundable } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

/** Return what a refund would do, and whether it can be proposed. */
export function refundInWords(charge: Refundable, amount: number | null): { readonly words: string; readonly possible: boolean } {
  const { processor, currency, leftMinor, cashMinor, owed } = charge;
  const in_ = (minor: number) => money(minor, currency);
  if (owed) {
    const words = WORDS.payments.neverTheCustomers({ left: in_(leftMinor), processor });
    return { words, possible: amount === leftMinor };
  }
  const most = Math.max(0, Math.min(leftMinor, cashMinor));
  if (amount === null || amount <= 0) {
    return { words: WORDS.payments.atMost({ most: in_(most), left: in_(leftMinor), processor, cash: in_(cashMinor) }), possible: false };
  }
  if (amount > leftMinor) return { words: WORDS.payments.depositHasOnlyLeft({ left: in_(leftMinor), processor }), possible: false };
  if (amount > cashMinor) return { words: WORDS.payments.customerCanUseOnly({ cash: in_(cashMinor) }), possible: false };
  const after = in_(cashMinor - amount);
  return { words: WORDS.payments.goesBackToItsSourceAt({ amount: in_(amount), processor, cash: in_(cashMinor), after }), possible: true };
}

/** Return how a refund stands, and what that means; empty if the word says all. */
export function stateOfRefund({ state, refusal }: Pick<DecidedRefund, 'state' | 'refusal'>): { readonly tone: Tone; readonly label: string; readonly why: string } {
  switch (state) {
    case 'WAITING':
      return { tone: 'waiting', label: WORDS.payments.notSentYet, why: WORDS.payments.theMoneyIsSetAside };
    case 'SENDING':
      return { tone: 'waiting', label: WORDS.payments.onItsWay, why: '' };
    case 'DONE':
      return { tone: 'good', label: WORDS.payments.sentBack, why: '' };
    case 'FAILED':
      return { tone: 'bad', label: WORDS.payments.failed, why: WORDS.payments.itCouldNotBeSentOrCameBack };
    case 'REFUSED':
      return { tone: 'bad', label: WORDS.common.refused, why: refusal === null ? WORDS.payments.nothingWasSent : WORDS.payments.nothingSent({ reason: reasonInWords(refusal) }) };
  }
}
