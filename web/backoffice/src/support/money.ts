/** A customer's money in words: what happened, why, what comes next, and what the limits mean. */
import { money, word } from '../money/amounts.ts';

import type { ChosenLimit, MoneyTransaction } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

const KINDS: Readonly<Record<string, string>> = {
  DEPOSIT: 'Deposit',
  WITHDRAWAL: 'Withdrawal',
  STAKE: 'Stake',
  RETURN: 'Return of a bet',
  REFUND: 'Refund of a stake',
  BONUS: 'Bonus',
  FREE_BET: 'Free bet',
  GAME_BET: 'Game stake',
  GAME_WIN: 'Game win',
  ROLLBACK: 'Rollback of a game',
  FEE: 'Fee',
  CORRECTION: 'Correction',
};

const STATES: Readonly<Record<string, { readonly tone: Tone; readonly label: string }>> = {
  PENDING: { tone: 'waiting', label: 'Pending' },
  POSTED: { tone: 'good', label: 'Done' },
  VOIDED: { tone: 'neutral', label: 'Given back' },
};

type Told = Pick<MoneyTransaction, 'kind' | 'state' | 'amountMinor'>;

/** Return what kind of transaction it is; a credit that is taken has expired. */
export function kindName({ kind, amountMinor }: Told): string {
  if (kind === 'REFUND' && amountMinor < 0) return 'Sent back to its source';
  const name = KINDS[kind] ?? word(kind.toLowerCase());
  return (kind === 'BONUS' || kind === 'FREE_BET') && amountMinor < 0 ? `${name} expired` : name;
}

export function stateName(state: string): { readonly tone: Tone; readonly label: string } {
  return STATES[state] ?? { tone: 'neutral', label: word(state.toLowerCase()) };
}

const NEXT: Readonly<Record<string, string>> = {
  WITHDRAWAL: 'The money is reserved until the payout is confirmed, or given back.',
  STAKE: 'The stake is reserved until the bet is accepted, or given back.',
  GAME_BET: 'The stake is reserved until the game confirms it, or given back.',
};

const DONE: Readonly<Record<string, string>> = {
  RETURN: 'The bet with this reference was settled.',
  REFUND: 'The bet with this reference does not count any more, so its stake was given back.',
  ROLLBACK: 'The provider of the game took a round back.',
  CORRECTION: 'Two people of finance decided it; “Corrections” has the reason.',
};

/** Return why a transaction is as it is, and what comes next; empty if its kind says all. */
export function whyAndNext(transaction: Told): string {
  const { kind, state, amountMinor } = transaction;
  if (state === 'PENDING') return NEXT[kind] ?? 'The money is reserved until it is confirmed, or given back.';
  if (state === 'VOIDED') return 'Whoever reserved the money gave it back, or its time had passed. Nothing was moved.';
  if ((kind === 'BONUS' || kind === 'FREE_BET') && amountMinor < 0) return 'What was left of the credit on the day it expired.';
  if (kind === 'REFUND' && amountMinor < 0) return 'Money of a deposit went back, or a bank or processor took it back; its payment says why.';
  return DONE[kind] ?? '';
}

const LIMITS: Readonly<Record<string, string>> = {
  DEPOSIT_DAY: 'Deposits in 24 hours',
  DEPOSIT_WEEK: 'Deposits in 7 days',
  DEPOSIT_MONTH: 'Deposits in a month',
  LOSS_DAY: 'Losses in a day',
  STAKE_BET: 'Stake of a bet',
  SESSION_MINUTES: 'Session',
  BREAK: 'Break',
  EXCLUSION: 'Self-exclusion',
};

export function limitName({ kind, product }: Pick<ChosenLimit, 'kind' | 'product'>): string {
  const name = LIMITS[kind] ?? word(kind.toLowerCase());
  return product === null ? name : `${name} from ${product}`;
}

type Amounts = Pick<ChosenLimit, 'kind' | 'amountMinor' | 'usedMinor' | 'currency' | 'minutes'>;

/** Return what holds: an amount with what is used of it, minutes, or what a break stops. */
export function limitInWords({ kind, amountMinor, usedMinor, currency, minutes }: Amounts): string {
  if (kind === 'BREAK' || kind === 'EXCLUSION') return 'No deposits, bets, games, offers or messages. Withdrawals and open bets go on.';
  if (minutes !== null) return `A reminder after ${minutes} minutes`;
  if (amountMinor === null) return '–';
  const limit = money(amountMinor, currency);
  return usedMinor === null ? limit : `${money(usedMinor, currency)} of ${limit} used`;
}

type Raise = Pick<ChosenLimit, 'pendingFrom' | 'pendingUntil' | 'pendingMinor' | 'pendingCurrency' | 'pendingMinutes'>;

/** Return what the customer wants instead; empty if nothing. */
export function raiseInWords(raise: Raise, moment: (at: string) => string): string {
  const { pendingFrom, pendingUntil, pendingMinor, pendingCurrency, pendingMinutes } = raise;
  if (pendingFrom === null) return '';
  const wanted =
    pendingMinor !== null ? `A raise to ${money(pendingMinor, pendingCurrency)}` : pendingMinutes !== null ? `${pendingMinutes} minutes` : 'An end of the limit';
  const until = pendingUntil === null ? '' : `, until ${moment(pendingUntil)}; then it lapses`;
  return `${wanted} can be confirmed by the customer from ${moment(pendingFrom)}${until}.`;
}
