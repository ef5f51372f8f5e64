/** The texts about a customer's money: in every language for every code, filled alike, and plain. */
import { localeFor, LOCALES } from '@furlong/club';
import { describe, expect, it } from 'vitest';

import { EN } from '../demo/money/messages/en';
import { entryTime, hoursInWords, minutesInWords, momentInWords, moneyWords, monthsInWords, signed, valueInWords } from '../demo/money/words';
import { pounds } from './customersMoney';

/** Every text of a language, by its path. */
function texts(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return [[`${path}${name}`, value] as [string, string]];
    return typeof value === 'object' && value !== null ? texts(value, `${path}${name}.`) : [];
  });
}

const namesIn = (text: string) => [...text.matchAll(/\{\w+\}/gu)].map(([name]) => name).filter((name) => name !== '{n}').sort();
const ENGLISH = new Map(texts(EN));
const PLURALS = ['minutes', 'hours', 'days', 'weeks', 'months', 'years'] as const;

describe.each(LOCALES)('%s', (tag) => {
  const words = moneyWords({ tag });

  it('shows no code, and no text is empty', () => {
    expect(texts(words).filter(([, text]) => text.trim() === '' || /[A-Z]{3,}|_/u.test(text.replace('IBAN', '')))).toEqual([]);
  });

  it('fills each text with the same values as English', () => {
    const differing = texts(words).filter(([path, text]) => {
      const english = ENGLISH.get(path);
      return english !== undefined && namesIn(text).join() !== namesIn(english).join();
    });
    expect(differing).toEqual([]);
  });

  it('says each kind and state of the history, and each limit, by words of its own', () => {
    for (const group of [words.kinds, words.states, words.limits, words.products, words.effects]) {
      const said = Object.values(group);
      expect(new Set(said).size).toBe(said.length);
    }
  });

  it('has all grammatical numbers of its language', () => {
    const rules = new Intl.PluralRules(tag);
    for (const name of PLURALS) {
      for (const n of [0, 1, 2, 3, 11, 100]) {
        if (tag === 'ar') expect(words[name]).toHaveProperty(rules.select(n));
        expect(localeFor([tag]).count(words[name], n)).not.toContain('{');
      }
    }
  });
});

describe('English', () => {
  const locale = localeFor(['en-GB']);

  it('puts no pressure on anybody, and excuses nothing', () => {
    const pressing = /hurry|last chance|bet now|don.t miss|sorry|are you sure|!/iu;
    expect([...ENGLISH].filter(([, text]) => pressing.test(text))).toEqual([]);
  });

  it('writes lengths as people say them', () => {
    expect([0, 1, 60, 85, 120].map((minutes) => minutesInWords(minutes, locale))).toEqual(['0 minutes', '1 minute', '1 hour', '1 hour 25 minutes', '2 hours']);
    expect([24, 72, 168, 1008].map((hours) => hoursInWords(hours, locale))).toEqual(['24 hours', '3 days', '1 week', '6 weeks']);
    expect([6, 12, 60].map((months) => monthsInWords(months, locale))).toEqual(['6 months', '1 year', '5 years']);
    expect([valueInWords('SESSION_MINUTES', 90, 'GBP', locale), valueInWords('STAKE_BET', 90, 'GBP', locale)]).toEqual(['1 hour 30 minutes', '£0.90']);
  });

  it('names midnight as the end of the day before', () => {
    const midnight = new Date(2026, 10, 30).toISOString();
    expect(momentInWords(midnight, locale)).toBe('the end of Sun, 29 November 2026');
    expect(momentInWords(new Date(2026, 10, 30, 12).toISOString(), locale)).toMatch(/^Mon, 30 November 2026 at 12:00$/u);
    expect(entryTime(new Date(2026, 10, 28, 19).toISOString(), locale)).toBe('28 Nov 2026, 19:00');
  });
});

it.each([
  ['en-GB', '−£5.00', '+£5.00', '£0.00'],
  ['de', '−5,00\u00a0£', '+5,00\u00a0£', '0,00\u00a0£'],
  ['it', '−5,00\u00a0£', '+5,00\u00a0£', '0,00\u00a0£'],
  ['ar', '\u200f\u200e−5.00\u00a0£', '\u200f\u200e+5.00\u00a0£', '\u200f0.00\u00a0£'],
])('amounts have their sign where %s puts it', (tag, taken, given, none) => {
  const locale = localeFor([tag]);
  expect([signed(pounds(-500), locale), signed(pounds(500), locale), signed(pounds(0), locale)]).toEqual([taken, given, none]);
});
