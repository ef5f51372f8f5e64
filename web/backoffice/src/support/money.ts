/** A customer's money in words: what happened, why, what comes next, and what the limits mean. */
import { money, word } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { ChosenLimit, MoneyTransaction } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

const KINDS: Readonly<Record<string, string>> = WORDS.support.kinds;

const STATES: Readonly<Record<string, { readonly tone: Tone; readonly label: string }>> = {
  PENDING: { tone: 'waiting', label: WORDS.common.pending },
  POSTED: { tone: 'good', label: WORDS.common.done },
  VOIDED: { tone: 'neutral', label: WORDS.support.givenBack },
};

type Told = Pick<MoneyTransaction, 'kind' | 'state' | 'amountMinor'>;

/** Return what kind of transaction it is; a credit that is taken has expired. */
export function kindName({ kind, amountMinor }: Told): string {
  if (kind === 'REFUND' && amountMinor < 0) return WORDS.support.sentBackToItsSource;
  const name = KINDS[kind] ?? word(kind.toLowerCase());
  return (kind === 'BONUS' || kind === 'FREE_BET') && amountMinor < 0 ? WORDS.support.expired({ name }) : name;
}

export function stateName(state: string): { readonly tone: Tone; readonly label: string } {
  return STATES[state] ?? { tone: 'neutral', label: word(state.toLowerCase()) };
}

const NEXT: Readonly<Record<string, string>> = WORDS.support.next;

const DONE: Readonly<Record<string, string>> = WORDS.support.done;

/** Return why a transaction is as it is, and what comes next; empty if its kind says all. */
export function whyAndNext(transaction: Told): string {
  const { kind, state, amountMinor } = transaction;
  if (state === 'PENDING') return NEXT[kind] ?? WORDS.support.moneyReservedUntil;
  if (state === 'VOIDED') return WORDS.support.whoeverReservedMoneyGave;
  if ((kind === 'BONUS' || kind === 'FREE_BET') && amountMinor < 0) return WORDS.support.whatLeftCreditDayExpired;
  if (kind === 'REFUND' && amountMinor < 0) return WORDS.support.moneyDepositWentBackBank;
  return DONE[kind] ?? '';
}

const LIMITS: Readonly<Record<string, string>> = WORDS.support.limits;

export function limitName({ kind, product }: Pick<ChosenLimit, 'kind' | 'product'>): string {
  const name = LIMITS[kind] ?? word(kind.toLowerCase());
  return product === null ? name : WORDS.support.from({ name, product });
}

type Amounts = Pick<ChosenLimit, 'kind' | 'amountMinor' | 'usedMinor' | 'currency' | 'minutes'>;

/** Return what holds: an amount with what is used of it, minutes, or what a break stops. */
export function limitInWords({ kind, amountMinor, usedMinor, currency, minutes }: Amounts): string {
  if (kind === 'BREAK' || kind === 'EXCLUSION') return WORDS.support.noDepositsBetsGamesOffers;
  if (minutes !== null) return WORDS.support.aReminderAfterMinutes({ minutes });
  if (amountMinor === null) return '–';
  const limit = money(amountMinor, currency);
  return usedMinor === null ? limit : WORDS.support.ofUsed({ used: money(usedMinor, currency), limit });
}

type Raise = Pick<ChosenLimit, 'pendingFrom' | 'pendingUntil' | 'pendingMinor' | 'pendingCurrency' | 'pendingMinutes'>;

/** Return what the customer wants instead; empty if nothing. */
export function raiseInWords(raise: Raise, moment: (at: string) => string): string {
  const { pendingFrom, pendingUntil, pendingMinor, pendingCurrency, pendingMinutes } = raise;
  if (pendingFrom === null) return '';
  const told = { wanted: wantedInWords(pendingMinor, pendingMinutes, pendingCurrency), from: moment(pendingFrom) };
  return pendingUntil === null
    ? WORDS.support.canConfirmedCustomerFrom(told)
    : WORDS.support.canConfirmedCustomerFromUntil({ ...told, until: moment(pendingUntil) });
}

function wantedInWords(minor: number | null, minutes: number | null, currency: string): string {
  if (minor !== null) return WORDS.support.aRaiseTo({ pending: money(minor, currency) });
  return minutes === null ? WORDS.support.anEndOfTheLimit : WORDS.support.minutes({ minutes });
}
