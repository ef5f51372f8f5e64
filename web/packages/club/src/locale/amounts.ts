/** Formats and parses amounts of money in the notation of a locale. */

/** The maximum of a message, 2³¹−1 minor units. */
export const MAX_MINOR = 2 ** 31 - 1;

/** Currencies whose minor unit is not a hundredth (ISO 4217); browsers' own tables follow common usage instead. */
const NO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ');
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');
const FOUR_DECIMALS = ['CLF', 'UYW'];

/** The decimals of a currency's minor unit (ISO 4217): 2 for pounds, 0 for yen, 3 for Kuwaiti dinars. */
export function minorDigits(currency: string): number {
  if (NO_DECIMALS.includes(currency)) return 0;
  if (THREE_DECIMALS.includes(currency)) return 3;
  return FOUR_DECIMALS.includes(currency) ? 4 : 2;
}

/** Writes minor units as an amount of money, such as `£5.00` or `5,00 €`. */
export function formatMinor(minor: number, currency: string, tag: string): string {
  const digits = minorDigits(currency);
  return inOrder(moneyFormat(tag, currency, digits).formatToParts(minor / 10 ** digits));
}

/** The same without decimals if the amount is whole, for labels of buttons: `£5`. */
export function formatShort(minor: number, currency: string, tag: string): string {
  const digits = minorDigits(currency);
  const whole = minor % 10 ** digits === 0;
  return inOrder(moneyFormat(tag, currency, whole ? 0 : digits).formatToParts(minor / 10 ** digits));
}

/** Keeps `US$` together in a text from right to left, which would show it as `$US`. */
function inOrder(parts: readonly Intl.NumberFormatPart[]): string {
  return parts.map(({ type, value }) => (type === 'currency' ? kept(shortSign(value)) : value)).join('');
}

function kept(sign: string): string {
  return /[a-z]\p{Sc}$/iu.test(sign) ? `${sign}\u200e` : sign;
}

/** Arabic has `UK£` even where it is asked for the short sign; no other currency's sign is the pound's alone. */
function shortSign(sign: string): string {
  return sign === 'UK£' ? '£' : sign;
}

/** Writes minor units without the currency, as a customer types them: `5.00`, `5,00`. */
export function formatTyped(minor: number, currency: string, tag: string): string {
  const digits = minorDigits(currency);
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
  return new Intl.NumberFormat(tag, options).format(minor / 10 ** digits);
}

/** The sign of a currency, such as `£`, and whether this locale writes it before the amount. */
export function currencySign(currency: string, tag: string): { readonly sign: string; readonly leads: boolean } {
  const parts = moneyFormat(tag, currency, 0).formatToParts(1);
  const sign = kept(shortSign(parts.find(({ type }) => type === 'currency')?.value ?? currency));
  return { sign, leads: parts.findIndex(({ type }) => type === 'currency') < parts.findIndex(({ type }) => type === 'integer') };
}

/** Why a typed amount is refused; each reason has its own text. */
export type Refusal =
  /** No amount at all. */
  | 'unreadable'
  /** A separator that means something else in this locale: `5,00` in English, `5.00` in Italian. */
  | 'ambiguous'
  /** More decimals than the currency has. */
  | 'decimals'
  | 'zero'
  | 'too-much';

export type ReadAmount =
  | { readonly kind: 'empty' }
  | { readonly kind: 'amount'; readonly minor: number }
  | { readonly kind: 'refused'; readonly why: Refusal };

/**
 * Parses a typed amount in the locale's notation; ambiguous amounts are refused, never guessed.
 *
 * Accepts digits of any script, spaces, direction marks, and the currency's sign before or after the amount.
 */
export function readAmount(typed: string, currency: string, tag: string): ReadAmount {
  if (typed.trim() === '') return { kind: 'empty' };
  const signs = separators(tag);
  const text = withoutSpaces(withoutSign(plain(typed), currency, tag))
    // The Arabic signs have one meaning in every locale.
    ?.replaceAll(ARABIC_DECIMAL, signs.decimal)
    .replaceAll(ARABIC_GROUP, signs.group);
  return text === undefined ? refused('unreadable') : readDigits(text, minorDigits(currency), signs);
}

function readDigits(text: string, digits: number, { group, decimal }: Separators): ReadAmount {
  const own = read(text, group, decimal);
  const other = read(text, decimal, group);
  if (own === null) return refused(other === null ? 'unreadable' : 'ambiguous');
  // If the currency has three decimals, a group of three digits could also be meant as decimals.
  if (own.grouped && own.fraction === '' && other !== null && other.fraction.length <= digits) return refused('ambiguous');
  if (own.fraction.length > digits) return refused('decimals');
  const minor = Number(own.whole + own.fraction.padEnd(digits, '0'));
  if (minor === 0) return refused('zero');
  return minor > MAX_MINOR ? refused('too-much') : { kind: 'amount', minor };
}

interface Reading {
  readonly whole: string;
  readonly fraction: string;
  readonly grouped: boolean;
}

/** The digits of an amount under one reading of the separators; null if they do not fit. */
function read(text: string, group: string, decimal: string): Reading | null {
  const [whole = '', fraction, ...more] = text.split(decimal);
  if (more.length > 0 || fraction === '' || (fraction !== undefined && !/^\d+$/u.test(fraction))) return null;
  const groups = whole.split(group);
  const grouped = groups.length > 1;
  const fits = grouped
    ? /^[1-9]\d{0,2}$/u.test(groups[0] ?? '') && groups.slice(1).every((part) => /^\d{3}$/u.test(part))
    : /^\d+$/u.test(whole);
  return fits ? { whole: groups.join(''), fraction: fraction ?? '', grouped } : null;
}

function refused(why: Refusal): ReadAmount {
  return { kind: 'refused', why };
}

const MARKS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;
const ARABIC_DECIMAL = '\u066b';
const ARABIC_GROUP = '\u066c';
/** The zeros of the accepted scripts: Arabic, Persian and Urdu, and full-width. */
const ZEROS = [0x0660, 0x06f0, 0xff10];

/** Without direction marks, with ASCII digits, one kind of apostrophe and one kind of space. */
function plain(text: string): string {
  return text
    .replaceAll(MARKS, '')
    .replaceAll(/[’ʼ]/gu, "'")
    .replaceAll(/\s/gu, ' ')
    .replaceAll(/[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/gu, (digit) => {
      const code = digit.charCodeAt(0);
      return String(code - (ZEROS.findLast((zero) => zero <= code) ?? code));
    })
    .trim();
}

/** Removes the currency's sign or code before or after the amount. */
function withoutSign(text: string, currency: string, tag: string): string {
  const signs = (['symbol', 'narrowSymbol', 'code'] as const)
    .map((display) => moneyFormat(tag, currency, 0, display).formatToParts(1))
    .map((parts) => plain(parts.find(({ type }) => type === 'currency')?.value ?? currency))
    .flatMap((sign) => [sign, shortSign(sign)])
    .sort((one, other) => other.length - one.length);
  const sign = signs.find((each) => text.startsWith(each) || text.endsWith(each)) ?? '';
  return (text.startsWith(sign) ? text.slice(sign.length) : text.slice(0, text.length - sign.length)).trim();
}

/** Spaces are allowed only between thousands; undefined if they occur elsewhere. */
function withoutSpaces(text: string): string | undefined {
  if (!text.includes(' ')) return text;
  return /^\d{1,3}( \d{3})+(?:[^\d ]\d+)?$/u.test(text) ? text.replaceAll(' ', '') : undefined;
}

interface Separators {
  readonly group: string;
  readonly decimal: string;
}

/** The separators of thousands and decimals; spaces between thousands are accepted in every locale. */
function separators(tag: string): Separators {
  const parts = new Intl.NumberFormat(tag).formatToParts(1_234_567.5);
  const of = (type: string, usual: string) => plain(parts.find((part) => part.type === type)?.value ?? usual);
  const decimal = of('decimal', '.');
  const group = of('group', ',');
  if (decimal === ARABIC_DECIMAL) return { group: ',', decimal: '.' };
  const other = decimal === ',' ? '.' : ',';
  return { group: group === '' ? other : group, decimal };
}

function moneyFormat(tag: string, currency: string, digits: number, display = displayOf(tag, currency)): Intl.NumberFormat {
  const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay: display, ...decimals });
}

type CurrencyDisplay = 'symbol' | 'narrowSymbol' | 'code';

/** The short sign if it is unambiguous: `£` in Arabic too, but `US$` in Britain. */
function displayOf(tag: string, currency: string): CurrencyDisplay {
  const parts = new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).formatToParts(1);
  const sign = parts.find(({ type }) => type === 'currency')?.value ?? '';
  const isShared = SHARED_SIGNS.test(sign) || (sign === '£' && currency !== 'GBP');
  return isShared ? 'symbol' : 'narrowSymbol';
}

const SHARED_SIGNS = /[$¥]|kr/u;
