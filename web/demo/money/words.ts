/** The texts about a customer's money in the language of the page, with amounts, lengths and moments in them. */
import { formatMinor, type Locale } from '@furlong/club';

import type { SettableKind } from './change';
import type { Entry } from './history/history';
import { AR } from './messages/ar';
import { DE } from './messages/de';
import { EN } from './messages/en';
import { IT } from './messages/it';
import type { MoneyWords } from './messages/messages';
import type { Money } from './wallet';

const LANGUAGES: Readonly<Record<string, MoneyWords>> = { en: EN, de: DE, it: IT, ar: AR };
const HOUR_MINUTES = 60;
const DAY_HOURS = 24;
const WEEK_DAYS = 7;
const YEAR_MONTHS = 12;

export function moneyWords({ tag }: Pick<Locale, 'tag'>): MoneyWords {
  return LANGUAGES[tag.split('-')[0] ?? ''] ?? EN;
}

/** The value of a limit: an amount of money, or minutes. */
export function valueInWords(kind: SettableKind, value: number, currency: string, locale: Locale): string {
  return kind === 'SESSION_MINUTES' ? minutesInWords(value, locale) : formatMinor(value, currency, locale.tag);
}

/** Such as `1 hour 30 minutes`. */
export function minutesInWords(minutes: number, locale: Locale): string {
  const words = moneyWords(locale);
  const [hours, rest] = [Math.floor(minutes / HOUR_MINUTES), minutes % HOUR_MINUTES];
  const parts = [hours > 0 ? locale.count(words.hours, hours) : '', rest > 0 || hours === 0 ? locale.count(words.minutes, rest) : ''];
  return parts.filter((part) => part !== '').join(' ');
}

/** The length of a break: hours, days or weeks. */
export function hoursInWords(hours: number, locale: Locale): string {
  const words = moneyWords(locale);
  if (hours <= DAY_HOURS) return locale.count(words.hours, hours);
  const days = hours / DAY_HOURS;
  return days % WEEK_DAYS === 0 ? locale.count(words.weeks, days / WEEK_DAYS) : locale.count(words.days, days);
}

export function monthsInWords(months: number, locale: Locale): string {
  const words = moneyWords(locale);
  return months % YEAR_MONTHS === 0 ? locale.count(words.years, months / YEAR_MONTHS) : locale.count(words.months, months);
}

/** A moment in the visitor's zone, with its year; midnight is the end of the day before. */
export function momentInWords(iso: string, locale: Locale): string {
  const at = new Date(iso);
  const day = { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' } as const;
  if (at.getHours() === 0 && at.getMinutes() === 0) {
    const before = new Intl.DateTimeFormat(locale.tag, day).format(at.getTime() - 1);
    return locale.fill(moneyWords(locale).endOfDay, { day: before });
  }
  return new Intl.DateTimeFormat(locale.tag, { ...day, hour: '2-digit', minute: '2-digit' }).format(at);
}

/** When something of the history was, in the visitor's zone. */
export function entryTime(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale.tag, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

const MINUS = /[-−]/u;

/** An amount with its sign. */
export function signed(amount: Money, { tag }: Locale): string {
  if (amount.minor === 0) return formatMinor(0, amount.currency, tag);
  // Each language puts the sign in its own place.
  const negative = formatMinor(-Math.abs(amount.minor), amount.currency, tag);
  return negative.replace(MINUS, amount.minor > 0 ? '+' : '−');
}

/** What an entry of the history is; a refund that takes money is the way back of a deposit. */
export function kindInWords({ kind, amount }: Pick<Entry, 'kind' | 'amount'>, words: MoneyWords): string {
  return kind === 'REFUND' && amount.minor < 0 ? words.payments.paidBack : words.kinds[kind];
}

/** How an entry of the history stands: a payment has words of its own. */
export function stateInWords({ kind, state }: Pick<Entry, 'kind' | 'state'>, words: MoneyWords): string {
  const isPayment = kind === 'DEPOSIT' || kind === 'WITHDRAWAL';
  return isPayment && (state === 'PENDING' || state === 'VOIDED') ? words.payments.history[kind][state] : words.states[state];
}
