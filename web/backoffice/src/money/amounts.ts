/**
 * Amounts as people read and type them, by the widget's own writer and reader: both know how many decimals a
 * currency has (ISO 4217), browsers do not. Amounts of several currencies never meet.
 */
import { formatMinor, formatShort, minorDigits, readAmount } from '@furlong/club/src/locale/amounts.ts';
import { localeFor } from '@furlong/club/src/locale/locale.ts';

import { WORDS } from '../words/index.ts';

/** The back office is in British English, whatever the browser's language is. */
export const LOCALE = 'en-GB';

const READER = localeFor([LOCALE]);

/** Return minor units of a currency as money: 2500 GBP is £25.00. Null is a dash. */
export function money(minor: number | null, currency: string): string {
  if (minor === null) return '–';
  if (!isCurrency(currency)) return `${minor} ${currency}`.trim(); // the browser refuses what is no code
  return formatMinor(minor, currency, LOCALE);
}

/** Return whether a text has the form of an ISO 4217 code. */
export function isCurrency(currency: string): boolean {
  return /^[A-Z]{3}$/u.test(currency);
}

/** Return minor units of a currency as a number of whole units, for the axis of a chart. */
export function units(minor: number, currency: string): number {
  return minor / 10 ** minorDigits(currency);
}

/** Return the writer of the amounts along an axis, which come as whole units: £5,000, without decimals where all are zero. */
export function axisMoney(currency: string): (value: number) => string {
  return (value) => formatShort(Math.round(value * 10 ** minorDigits(currency)), currency, LOCALE);
}

export interface TypedAmount {
  /** Null if nothing is typed, or if it is refused. */
  readonly minor: number | null;
  /** Why it is refused, in words that say what to do; empty if it is not. */
  readonly problem: string;
}

/**
 * Read an amount that was typed in whole units, such as `5`, `5.00` or `£5`; what can be read in two ways is refused.
 *
 * @param zero whether nothing is an amount, too: a budget may be £0, an adjustment may not
 */
export function typedAmount(typed: string, currency: string, zero = false): TypedAmount {
  const problem = (text: string) => ({ minor: null, problem: text });
  if (!isCurrency(currency)) return problem(typed.trim() === '' ? '' : WORDS.common.nameTheCurrencyFirst);
  const read = readAmount(typed, currency, LOCALE);
  if (read.kind === 'amount') return { minor: read.minor, problem: '' };
  if (read.kind === 'refused' && read.why === 'zero' && zero) return { minor: 0, problem: '' };
  return problem(READER.whyRefused(read, currency) ?? '');
}

export interface TypedCount {
  /** Null if nothing is typed, or if it is refused. */
  readonly count: number | null;
  readonly problem: string;
}

/** Read a whole number as it was typed, `1000` or `1,000`; what others write for a thousand, `1.000`, is refused. */
export function typedCount(typed: string): TypedCount {
  const text = typed.trim();
  if (text === '') return { count: null, problem: '' };
  const count = Number(text.replaceAll(',', ''));
  const isWhole = /^(?:\d+|\d{1,3}(?:,\d{3})+)$/u.test(text) && count < 2 ** 31;
  return isWhole ? { count, problem: '' } : { count: null, problem: WORDS.common.writeAWholeNumber };
}

export function number(value: number): string {
  return value.toLocaleString(LOCALE);
}

export function share(value: number | null): string {
  return value === null ? '–' : value.toLocaleString(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
}

/** Return a name of the graph as a word: `outstanding` as `Outstanding`, `free_bet` as `Free bet`. */
export function word(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
