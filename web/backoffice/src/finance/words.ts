/** What finance reads, in words: accounts, movements, corrections and why they were refused. */
import { money, word } from '../money/amounts.ts';

import type { DayPosition, FinanceDay, DecidedCorrection, HeldMoney, OpenCase } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

const ACCOUNTS: Readonly<Record<string, string>> = {
  CASH: 'Customers: cash',
  BONUS: 'Customers: bonuses',
  FREE_BET: 'Customers: free bets',
  BETS: 'House: bets',
  GAMES: 'House: games',
  CREDITS: 'House: cost of credits',
  PAYMENTS: 'House: payments',
  CORRECTIONS: 'House: corrections',
  FEES: 'House: fees of payments',
  CHARGEBACKS: 'House: money that banks took back',
  ERASED: 'House: erased customers',
};

const MOVEMENTS: Readonly<Record<string, string>> = {
  DEPOSIT: 'Deposits',
  WITHDRAWAL: 'Withdrawals',
  STAKE: 'Stakes',
  RETURN: 'Returns of bets',
  REFUND: 'Refunds',
  BONUS: 'Bonuses credited',
  FREE_BET: 'Free bets credited',
  GAME_BET: 'Game stakes',
  GAME_WIN: 'Game wins',
  ROLLBACK: 'Rollbacks of games',
  FEE: 'Fees',
  CORRECTION: 'Corrections',
  EXPIRY: 'Expired credits',
};

const REFUSALS: Readonly<Record<string, string>> = {
  INSUFFICIENT_FUNDS: 'The customer had less than it takes.',
  SUSPENDED: 'The account is suspended.',
  NO_ACCOUNT: 'The customer has no such account any more.',
  IMPOSSIBLE: 'The ledger does not permit it; the log of the wallet’s worker says why.',
};

const CASES: Readonly<Record<OpenCase['kind'], string>> = {
  UNKNOWN: 'Money that we know nothing of',
  MISSING: 'Missing in the report',
  DIFFERENT: 'Not what we know',
  OWED: 'Could not be sent back',
  DISPUTE: 'A bank took a payment back',
  FOREIGN: 'Refunded at the processor',
  UNREADABLE: 'A message or statement that can’t be used',
};

/** Return why a person has to look, in words. */
export function caseName(kind: OpenCase['kind']): string {
  return CASES[kind];
}

/** Return a fact about a case: `expected: £10.00`. */
export function detailLine({ name, value }: OpenCase['details'][number], currency: string): string {
  const isAmount = name.endsWith('_minor') && currency !== '';
  return `${name.replace(/_minor$/u, '').replaceAll('_', ' ')}: ${isAmount ? money(Number(value), currency) : value}`;
}

/** Return whose money a position is; the number of an account that is not known here stays. */
export function accountName(account: string): string {
  return ACCOUNTS[account] ?? `Account ${account}`;
}

export function movementName(code: string): string {
  return MOVEMENTS[code] ?? `Code ${code}`;
}

/** Return whether a day is right, in a word. */
export function stateOfDay({ differences }: Pick<FinanceDay, 'differences'>): { readonly tone: Tone; readonly label: string } {
  if (differences.length === 0) return { tone: 'good', label: 'Right' };
  return { tone: 'bad', label: differences.length === 1 ? '1 difference' : `${differences.length} differences` };
}

/** Return which payouts the differences of a day stopped, as a sentence; empty if it is right. */
export function stoppedBy(differences: FinanceDay['differences']): string {
  if (differences.length === 0) return '';
  const currencies = [...new Set(differences.map(({ currency }) => currency))].toSorted();
  if (currencies.includes('')) return 'It is not known which currency is affected, so the day stopped payouts in all of them.';
  return `The day stopped payouts in ${currencies.join(', ')}.`;
}

/** A line of a position: what one reason moved, signed as the position is. */
export interface MovementLine {
  readonly what: string;
  readonly net: string;
  readonly transfers: number;
}

export function movementLines({ movements, currency }: DayPosition): readonly MovementLine[] {
  return movements.map(({ code, debitsMinor, creditsMinor, transfers }) => ({
    what: movementName(code),
    net: signed(creditsMinor - debitsMinor, currency),
    transfers,
  }));
}

/** Return an amount with its sign, also if money was added. */
export function signed(minor: number, currency: string): string {
  return minor > 0 ? `+${money(minor, currency)}` : money(minor, currency);
}

/** Return what a correction does: `adds £5.00 to the cash`. */
export function correctionInWords(minor: number, currency: string, credit: string): string {
  const [amount, account] = [money(Math.abs(minor), currency), credit === '' ? 'the cash' : `the credit ${credit}`];
  return minor < 0 ? `takes ${amount} from ${account}` : `adds ${amount} to ${account}`;
}

/** Return how a correction stands, and why if it was refused. */
export function stateOfCorrection({ state, refusal }: Pick<DecidedCorrection, 'state' | 'refusal'>): { readonly tone: Tone; readonly label: string; readonly why: string } {
  if (state === 'APPLIED') return { tone: 'good', label: 'Moved', why: '' };
  if (state === 'WAITING') return { tone: 'waiting', label: 'Waiting', why: 'The wallet has not moved it yet. It waits as long as payouts in its currency are stopped.' };
  const why = REFUSALS[refusal ?? ''] ?? `${word((refusal ?? 'unknown').toLowerCase())}.`;
  return { tone: 'bad', label: 'Refused', why: `${why} Nothing was moved.` };
}

/** Return an account of a customer with what can be used of it, to choose from. */
export function accountLine({ account, credit, currency, availableMinor }: Pick<HeldMoney, 'account' | 'credit' | 'currency' | 'availableMinor'>): string {
  const name = account === 'CASH' ? `Cash in ${currency}` : `${word(account.toLowerCase())} ${credit}`;
  return `${name}: ${money(availableMinor, currency)}`;
}

/** Return the id of a customer within their brand: `northbet:c-1003` is `c-1003`. */
export function customerId(customer: string): string {
  return customer.slice(customer.indexOf(':') + 1);
}
