/** The customer's language: its words, and how it writes amounts, numbers and dates. */
import { createContext, useContext } from 'react';

import type { Money } from '@furlong/client';
import { formatMinor, formatShort, formatTyped, minorDigits, type ReadAmount } from './amounts';
import { datesFor, type Dates, type Zones } from './dates';
import { fill, plural, type Direction } from './text';
import { AR } from '../messages/ar';
import { DE } from '../messages/de';
import { EN } from '../messages/en';
import { IT } from '../messages/it';
import type { Plural, Messages } from '../messages/messages';

export interface Locale extends Dates {
  /** The BCP 47 tag with the region that determines number and date formats: `en-GB`. */
  readonly tag: string;
  readonly direction: Direction;
  readonly words: Messages;
  readonly money: (amount: Pick<Money, 'minor' | 'currency'>) => string;
  /** Without decimals if the amount is whole. */
  readonly short: (amount: Pick<Money, 'minor' | 'currency'>) => string;
  readonly percent: (value: number) => string;
  /** Decimal odds in thousandths, as `1.50`. */
  readonly odds: (milli: number) => string;
  /** The same locale with the times of a brand: in its zone. */
  readonly inZone: (timeZone: string) => Locale;
  /** The text for a number, which stands in it as `{n}`. */
  readonly count: (forms: Plural, n: number) => string;
  readonly fill: (template: string, values: Readonly<Record<string, string>>) => string;
  /** `Week of 23 March`, or the name of a week that has another form. */
  readonly weekTitle: (isoWeek: string) => string;
  /** Why a typed amount is refused; null for a valid amount and an empty field. */
  readonly whyRefused: (read: ReadAmount, currency: string) => string | null;
}

const LANGUAGES: Readonly<Record<string, { readonly words: Messages; readonly direction: Direction; readonly usual: string }>> = {
  en: { words: EN, direction: 'ltr', usual: 'en-GB' },
  de: { words: DE, direction: 'ltr', usual: 'de' },
  it: { words: IT, direction: 'ltr', usual: 'it' },
  ar: { words: AR, direction: 'rtl', usual: 'ar' },
};

/** The available languages, each by its usual tag. */
export const LOCALES: readonly string[] = Object.values(LANGUAGES).map(({ usual }) => usual);

/** The first requested language that is available, or else British English. */
export function localeFor(wanted: readonly string[], timeZone?: string): Locale {
  for (const tag of wanted.map(fromPosix)) {
    const [language = ''] = tag.toLowerCase().split('-');
    const found = LANGUAGES[language];
    if (found === undefined) continue;
    const known = canonical(tag);
    return localeOf(known === null || known === language ? found.usual : known, found, timeZone);
  }
  return localeOf('en-GB', { words: EN, direction: 'ltr' }, timeZone);
}

/** The language tag of a locale as servers name them: `it-CH` for `it_CH.UTF-8`. */
function fromPosix(name: string): string {
  return name.replace(/[.@].*/u, '').replaceAll('_', '-');
}

/** Null if the text is not a language tag. */
function canonical(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    // A page may write anything into `lang`.
    return null;
  }
}

function localeOf(
  tag: string,
  { words, direction }: { readonly words: Messages; readonly direction: Direction },
  timeZone: string | undefined,
): Locale {
  const number = new Intl.NumberFormat(tag);
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const filled = (template: string, values: Readonly<Record<string, string>>) => fill(template, values, direction);
  const odds = new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 3 });
  const dates = (zones: Zones) => datesFor(tag, zones, words, filled);
  const count = (forms: Plural, n: number) => filled(plural(forms, n, tag), { n: number.format(n) });
  const locale: Locale = {
    ...dates({ own: timeZone }),
    inZone(shown) {
      try {
        return { ...locale, ...dates({ own: timeZone, shown }) };
      } catch {
        // A zone that this browser does not know.
        return locale;
      }
    },
    tag,
    direction,
    words,
    money: ({ minor, currency }) => formatMinor(minor, currency, tag),
    short: ({ minor, currency }) => formatShort(minor, currency, tag),
    odds: (milli) => odds.format(milli / 1000),
    percent: (value) => percent.format(value / 100),
    count,
    fill: filled,
    weekTitle(isoWeek) {
      const day = locale.firstDay(isoWeek);
      return day === null ? isoWeek : filled(words.week, { day });
    },
    whyRefused(read, currency) {
      if (read.kind !== 'refused') return null;
      const example = formatTyped(5 * 10 ** minorDigits(currency), currency, tag);
      return read.why === 'decimals'
        ? filled(count(words.decimals, minorDigits(currency)), { example })
        : filled(words.amounts[read.why], { example });
    },
  };
  return locale;
}

const Shown = createContext<Locale>(localeFor([]));

/** Provides `value` as the language of everything below it. */
export const LocaleProvider = Shown.Provider;

export function useLocale(): Locale {
  return useContext(Shown);
}
