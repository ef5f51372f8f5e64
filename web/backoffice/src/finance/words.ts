/** What finance reads, in words: accounts, movements, corrections and why they were refused. */
import { money, word } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { DayPosition, FinanceDay, DecidedCorrection, HeldMoney, OpenCase } from '../graph/generated/operations.ts';
import type { Tone } from '../look/theme.ts';

const ACCOUNTS: Readonly<Record<string, string>> = WORDS.finance.accounts;

const MOVEMENTS: Readonly<Record<string, string>> = WORDS.finance.kindsOfMovements;

const REFUSALS: Readonly<Record<string, string>> = WORDS.finance.refusals;

const CASES: Readonly<Record<OpenCase['kind'], string>> = WORDS.finance.cases;

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
  return ACCOUNTS[account] ?? WORDS.finance.account({ account });
}

export function movementName(code: string): string {
  return MOVEMENTS[code] ?? WORDS.finance.code({ code });
}

/** Return whether a day is right, in a word. */
export function stateOfDay({ differences }: Pick<FinanceDay, 'differences'>): { readonly tone: Tone; readonly label: string } {
  if (differences.length === 0) return { tone: 'good', label: WORDS.finance.right };
  return { tone: 'bad', label: WORDS.finance.differences({ count: differences.length }) };
}

/** Return which payouts the differences of a day stopped, as a sentence; empty if it is right. */
export function stoppedBy(differences: FinanceDay['differences']): string {
  if (differences.length === 0) return '';
  const currencies = [...new Set(differences.map(({ currency }) => currency))].toSorted();
  if (currencies.includes('')) return WORDS.finance.notKnownCurrencyAffectedSo;
  return WORDS.finance.theDayStoppedPayoutsIn({ currencies: currencies.join(', ') });
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
  const [amount, account] = [money(Math.abs(minor), currency), credit === '' ? WORDS.finance.theCash : WORDS.finance.theCredit({ credit })];
  return minor < 0 ? WORDS.finance.takesFrom({ amount, account }) : WORDS.common.addsTo({ amount, account });
}

/** Return how a correction stands, and why if it was refused. */
export function stateOfCorrection({ state, refusal }: Pick<DecidedCorrection, 'state' | 'refusal'>): { readonly tone: Tone; readonly label: string; readonly why: string } {
  if (state === 'APPLIED') return { tone: 'good', label: WORDS.finance.moved, why: '' };
  if (state === 'WAITING') return { tone: 'waiting', label: WORDS.common.waiting, why: WORDS.finance.theWalletHasNotMovedItYet };
  const why = REFUSALS[refusal ?? ''] ?? `${word((refusal ?? WORDS.finance.unknown).toLowerCase())}.`;
  return { tone: 'bad', label: WORDS.common.refused, why: WORDS.finance.nothingWasMoved({ why }) };
}

/** Return an account of a customer with what can be used of it, to choose from. */
export function accountLine({ account, credit, currency, availableMinor }: Pick<HeldMoney, 'account' | 'credit' | 'currency' | 'availableMinor'>): string {
  const name = account === 'CASH' ? WORDS.finance.cashIn({ currency }) : `${word(account.toLowerCase())} ${credit}`;
  return `${name}: ${money(availableMinor, currency)}`;
}

/** Return the id of a customer within their brand: `northbet:c-1003` is `c-1003`. */
export function customerId(customer: string): string {
  return customer.slice(customer.indexOf(':') + 1);
}
