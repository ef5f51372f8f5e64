/** Refunds of deposits in words: what one would do, and how one stands. */
import { reasonInWords } from './story.ts';
import { money } from '../money/amounts.ts';

import type { DecidedRefund, Refundable } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

/** Return what a refund would do, and whether it can be proposed. */
export function refundInWords(charge: Refundable, amount: number | null): { readonly words: string; readonly possible: boolean } {
  const { processor, currency, leftMinor, cashMinor, owed } = charge;
  const in_ = (minor: number) => money(minor, currency);
  if (owed) {
    const words = `This money was never the customer’s. All ${in_(leftMinor)} that is left goes back to its source at ${processor}.`;
    return { words, possible: amount === leftMinor };
  }
  const most = Math.max(0, Math.min(leftMinor, cashMinor));
  if (amount === null || amount <= 0) {
    return { words: `At most ${in_(most)}: the deposit has ${in_(leftMinor)} left at ${processor}, and the customer can use ${in_(cashMinor)} of cash.`, possible: false };
  }
  if (amount > leftMinor) return { words: `The deposit has only ${in_(leftMinor)} left at ${processor}.`, possible: false };
  if (amount > cashMinor) return { words: `The customer can use only ${in_(cashMinor)} of cash.`, possible: false };
  const after = in_(cashMinor - amount);
  return { words: `${in_(amount)} goes back to its source at ${processor}. The customer can use ${in_(cashMinor)} of cash now, and then ${after}.`, possible: true };
}

/** Return how a refund stands, and what that means; empty if the word says all. */
export function stateOfRefund({ state, refusal }: Pick<DecidedRefund, 'state' | 'refusal'>): { readonly tone: Tone; readonly label: string; readonly why: string } {
  switch (state) {
    case 'WAITING':
      return { tone: 'waiting', label: 'Not sent yet', why: 'The money is set aside. It waits as long as payouts in its currency are stopped, or the processor doesn’t answer.' };
    case 'SENDING':
      return { tone: 'waiting', label: 'On its way', why: '' };
    case 'DONE':
      return { tone: 'good', label: 'Sent back', why: '' };
    case 'FAILED':
      return { tone: 'bad', label: 'Failed', why: 'It could not be sent, or came back. The customer has the money again, unless it never became theirs; “Payment differences” has the case.' };
    case 'REFUSED':
      return { tone: 'bad', label: 'Refused', why: `${refusal === null ? '' : `${reasonInWords(refusal)} `}Nothing was sent.` };
  }
}
