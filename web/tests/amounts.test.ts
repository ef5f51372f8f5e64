/** Amounts of money, written and read by locale. */
import { describe, expect, it } from 'vitest';

import {
  currencySign,
  formatMinor,
  formatShort,
  formatTyped,
  MAX_MINOR,
  minorDigits,
  readAmount,
} from '../packages/club/src/locale/amounts';

const LOCALES = ['en-GB', 'de', 'it', 'ar', 'ar-EG', 'de-CH', 'it-CH'];
const CURRENCIES = ['GBP', 'EUR', 'CHF', 'AED', 'EGP', 'JPY', 'ISK', 'HUF', 'KWD', 'IQD', 'BHD', 'CLF'];

const FEW_CURRENCIES = ['GBP', 'EUR', 'JPY', 'KWD'];
const FEW_AMOUNTS = [5, 1_000_000, 1_234_500, MAX_MINOR];

/** Repeatable numbers of all sizes: none needs luck to be found again. */
function* someAmounts(): Generator<number> {
  let state = 2026;
  for (let index = 0; index < 14; index += 1) {
    state = (state * 48_271) % 2_147_483_647;
    yield 1 + (state % 10 ** (1 + (index % 9)));
  }
  yield* [1, 9, 10, 99, 100, 101, 999, 1000, 1001, 999_999, 1_000_000, MAX_MINOR];
}

/** An amount in every form that `Intl` has for it: with and without sign, thousands, and decimals if it is whole. */
function* writtenIn(tag: string, currency: string, minor: number): Generator<string> {
  const digits = minorDigits(currency);
  const value = minor / 10 ** digits;
  for (const useGrouping of [true, false]) {
    for (const decimals of Number.isInteger(value) ? [digits, 0] : [digits]) {
      const usual = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping };
      yield new Intl.NumberFormat(tag, usual).format(value);
      for (const currencyDisplay of ['symbol', 'narrowSymbol', 'code'] as const) {
        yield new Intl.NumberFormat(tag, { ...usual, style: 'currency', currency, currencyDisplay }).format(value);
      }
    }
  }
}

describe.each(LOCALES)('in %s', (tag) => {
  it.each(CURRENCIES)('%s is read as it is written', (currency) => {
    for (const minor of someAmounts()) {
      for (const write of [formatTyped, formatMinor]) {
        const typed = write(minor, currency, tag);
        expect([typed, readAmount(typed, currency, tag)]).toEqual([typed, { kind: 'amount', minor }]);
      }
    }
  });

  it.each(FEW_CURRENCIES)('%s is the same amount, or refused, however another locale writes it', (currency) => {
    const taken: unknown[] = [];
    for (const minor of FEW_AMOUNTS) {
      for (const other of LOCALES) {
        for (const typed of writtenIn(other, currency, minor)) {
          const read = readAmount(typed, currency, tag);
          if (read.kind !== 'amount' || read.minor === minor) continue;
          // Dinars have three decimals: where these follow a point, 1.250 is a dinar and a quarter.
          if (minorDigits(currency) !== 3 || read.minor * 1000 !== minor) taken.push([typed, other, read.minor]);
        }
      }
    }
    expect(taken).toEqual([]);
  });

  it.each(FEW_CURRENCIES)('%s is read as it is pasted: with spaces, line ends and marks of direction around it', (currency) => {
    for (const minor of FEW_AMOUNTS) {
      for (const around of ['\u00a0', '\u202f', '\t', '\r\n', '\u200e', '\u200f', '\u2066', '\ufeff']) {
        const typed = `${around}${formatMinor(minor, currency, tag)}${around}`;
        expect([typed, readAmount(typed, currency, tag)]).toEqual([typed, { kind: 'amount', minor }]);
      }
    }
  });
});

describe('readAmount', () => {
  it.each([
    ['5', 'en-GB', 'GBP', 500],
    ['5.5', 'en-GB', 'GBP', 550],
    [' £5.00 ', 'en-GB', 'GBP', 500],
    ['5 GBP', 'en-GB', 'GBP', 500],
    ['1,250', 'en-GB', 'GBP', 125_000],
    ['1 250.50', 'en-GB', 'GBP', 125_050],
    ['1,250.50', 'en-GB', 'GBP', 125_050],
    ['5,00', 'it', 'EUR', 500],
    ['5,00 €', 'it', 'EUR', 500],
    ['1.250', 'it', 'EUR', 125_000],
    ['1.250,50', 'de', 'EUR', 125_050],
    ['1’250.50', 'de-CH', 'CHF', 125_050],
    ['٥٫٥٠', 'ar', 'GBP', 550],
    ['١٬٢٥٠', 'ar-EG', 'EGP', 125_000],
    ['۵', 'ar', 'GBP', 500],
    ['٥', 'en-GB', 'GBP', 500],
    ['500', 'en-GB', 'JPY', 500],
    ['1.500', 'en-GB', 'KWD', 1500],
    ['1,500.000', 'en-GB', 'KWD', 1_500_000],
  ])('reads %j in %s as %s: %i', (typed, tag, currency, minor) => {
    expect(readAmount(typed, currency, tag)).toEqual({ kind: 'amount', minor });
  });

  it.each([
    ['5,00', 'en-GB', 'GBP', 'ambiguous'],
    ['5.00', 'it', 'EUR', 'ambiguous'],
    ['5.5', 'de', 'EUR', 'ambiguous'],
    ['1.250,50', 'en-GB', 'GBP', 'ambiguous'],
    ['1,500', 'en-GB', 'KWD', 'ambiguous'],
    ['1.500', 'de', 'KWD', 'ambiguous'],
    ['5.005', 'en-GB', 'GBP', 'decimals'],
    ['5.5', 'en-GB', 'JPY', 'decimals'],
    ['0', 'en-GB', 'GBP', 'zero'],
    ['0.00', 'en-GB', 'GBP', 'zero'],
    ['99999999', 'en-GB', 'GBP', 'too-much'],
    ['-5', 'en-GB', 'GBP', 'unreadable'],
    ['5e3', 'en-GB', 'GBP', 'unreadable'],
    ['five', 'en-GB', 'GBP', 'unreadable'],
    ['£', 'en-GB', 'GBP', 'unreadable'],
    ['5.', 'en-GB', 'GBP', 'unreadable'],
    ['12,34', 'en-GB', 'GBP', 'ambiguous'],
    ['1,2,3', 'en-GB', 'GBP', 'unreadable'],
    ['5 00', 'en-GB', 'GBP', 'unreadable'],
    ['12 500 0', 'it', 'EUR', 'unreadable'],
    ['0,500', 'en-GB', 'GBP', 'ambiguous'],
    ['𝟻', 'en-GB', 'GBP', 'unreadable'],
  ])('refuses %j in %s as %s: %s', (typed, tag, currency, why) => {
    expect(readAmount(typed, currency, tag)).toEqual({ kind: 'refused', why });
  });

  it('tells an empty field from a wrong one', () => {
    expect(readAmount('  ', 'GBP', 'en-GB')).toEqual({ kind: 'empty' });
  });
});

describe('amounts', () => {
  it('have the minor units of ISO 4217, whatever custom says', () => {
    expect(['GBP', 'JPY', 'KWD', 'IQD', 'HUF', 'CLF'].map(minorDigits)).toEqual([2, 0, 3, 3, 2, 4]);
  });

  it('are written with the decimals of their currency', () => {
    const written = [formatMinor(505, 'GBP', 'en-GB'), formatMinor(505, 'EUR', 'de'), formatMinor(505, 'JPY', 'en-GB')];
    expect(written.map((text) => text.replaceAll('\u00a0', ' ').replaceAll('\u200e', ''))).toEqual(['£5.05', '5,05 €', 'JP¥505']);
  });

  it('keep a sign of letters in order in a text from right to left', () => {
    expect(formatMinor(505, 'USD', 'ar')).toMatch(/5\.05\sUS\$\u200e$/u);
  });

  it('are in pounds by the sign alone in every language, and in no other currency', () => {
    for (const tag of LOCALES) {
      const signs = [...CURRENCIES, 'LBP', 'SYP', 'SDG'].map((currency) => [currency, currencySign(currency, tag).sign]);
      expect([tag, signs.filter(([, sign]) => sign === '£')]).toEqual([tag, [['GBP', '£']]]);
      for (const format of [formatMinor, formatShort]) expect(format(500, 'GBP', tag)).not.toMatch(/UK/u);
    }
    for (const typed of ['5.05 £', 'UK£ 5.05', '5.05 UK£']) expect(readAmount(typed, 'GBP', 'ar')).toEqual({ kind: 'amount', minor: 505 });
  });

  it.each([
    ['GBP', '£'],
    ['EUR', '€'],
    ['SEK', 'SEK'],
    ['PLN', 'zł'],
    ['USD', 'US$\u200e'],
    ['CHF', 'CHF'],
    ['JPY', 'JP¥\u200e'],
    ['KWD', 'د.ك.'],
  ])('have their sign behind the amount in Arabic, in its own order: %s', (currency, sign) => {
    const minor = 5 * 10 ** minorDigits(currency);
    for (const tag of ['ar', 'ar-EG', 'ar-AE']) {
      expect(currencySign(currency, tag)).toEqual({ sign, leads: false });
      for (const format of [formatMinor, formatShort]) expect(format(minor, currency, tag).replace(/\u200f$/u, '').endsWith(`\u00a0${sign}`)).toBe(true);
      expect(new Set(formatMinor(minor, currency, tag).match(/\p{Nd}/gu)?.map((digit) => /[0-9]/u.test(digit))).size).toBe(1);
    }
  });

  it('are written short on buttons', () => {
    expect([formatShort(500, 'GBP', 'en-GB'), formatShort(550, 'GBP', 'en-GB')]).toEqual(['£5', '£5.50']);
  });

  it('have their sign where the locale puts it', () => {
    expect([currencySign('GBP', 'en-GB'), currencySign('EUR', 'de')]).toEqual([
      { sign: '£', leads: true },
      { sign: '€', leads: false },
    ]);
  });
});
