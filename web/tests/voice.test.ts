/** The voice of every text that a customer reads, in the widget and on the demo's page, in every language. */
import { describe, expect, it } from 'vitest';

import { localeFor, LOCALES } from '@furlong/club';

import { betWords } from '../demo/betting/words';
import { lobbyWords } from '../demo/lobby/words';
import { slipWords } from '../demo/messages';
import { moneyWords } from '../demo/money/words';
import { siteWords } from '../demo/site/words';
import type { Messages } from '../packages/club/src/messages/messages';

const LANGUAGES = LOCALES.map((tag) => tag.split('-')[0] ?? tag);

/** Each catalogue, by the part of the product that shows it. */
function cataloguesOf(tag: string): Readonly<Record<string, object>> {
  const locale = localeFor([tag]);
  return {
    widget: locale.words,
    slip: slipWords(locale),
    bets: betWords(locale),
    lobby: lobbyWords(locale),
    money: moneyWords(locale),
    site: siteWords(locale),
  };
}

/** Every text of a catalogue, by its path. */
function textsOf(words: object, path: string): [string, string][] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return [[`${path}.${name}`, value] as [string, string]];
    return typeof value === 'object' && value !== null ? textsOf(value, `${path}.${name}`) : [];
  });
}

const ALL = new Map(LANGUAGES.map((tag) => [tag, Object.entries(cataloguesOf(tag)).flatMap(([part, words]) => textsOf(words, part))]));
const textsIn = (tag: string) => ALL.get(tag) ?? [];
const having = (tag: string, pattern: RegExp) => textsIn(tag).filter(([, text]) => pattern.test(text));

/** The names in braces; a number may be a word, as two is in Arabic. */
function namesIn(text: string): string[] {
  const names = [...text.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? '').filter((name) => name !== 'n');
  return [...new Set(names)].sort();
}

/** What is not plain speech, or was said before: `not placed` alone is spelt out, because it has to be seen. */
const NOT_OUR_VOICE: Readonly<Record<string, RegExp>> = {
  en: /\b(?:is|are|was|were|do|does|did|has|have|could|can|will) not (?!placed)|\bcannot\b|(?<!where )\byou (?:are|will)\b|\byou have \w+ed\b|unknown|for now|at the moment|at midnight|lapse|holds (?:now|at once)|sorry|please|hurry|!/iu,
  de: /unbekannt|im Moment|um Mitternacht|möglicher Gewinn|leider|\bbitte\b|!/iu,
  it: /\bcont(?:a|ano)\b|al momento non noto|purtroppo|per favore|!/iu,
  ar: /غير معروف حاليًا|عند منتصف الليل|للأسف|من فضلك|!/u,
};

/** Words for paying somebody, which a free bet or a boost is not: it is credited. */
const PAID: Readonly<Record<string, RegExp>> = {
  en: /\bpa(?:id|y|ys|ying|yment)\b/iu,
  de: /\b(?:aus|be)?gezahlt|\bauszahl/iu,
  it: /\bpag(?:a|at|ament)/iu,
  ar: /دُفع|تُدفع|دفع/u,
};
/** The parts of the widget's catalogue that speak of a reward. */
const OF_REWARDS: readonly (keyof Messages)[] = ['states', 'stories', 'won', 'fulfilment', 'useWithin', 'useBy', 'keptAfterLeaving', 'doneReward'];

describe.each(LANGUAGES)('in %s', (tag) => {
  it('no text apologizes, presses or falls back into the old words', () => {
    expect(Object.keys(NOT_OUR_VOICE)).toContain(tag);
    expect(having(tag, NOT_OUR_VOICE[tag] ?? /^$/u)).toEqual([]);
  });

  it('apostrophes are curly, and nothing is doubled', () => {
    expect(having(tag, /\p{L}'\p{L}|"| {2}|\.\.|[,:;] ?[.,:;]/u)).toEqual([]);
  });

  it('a reward is credited, never paid', () => {
    const { words } = localeFor([tag]);
    const told = OF_REWARDS.flatMap((name) => textsOf({ [name]: words[name] }, 'widget'));
    expect(told.length).toBeGreaterThan(20);
    expect(told.filter(([, text]) => PAID[tag]?.test(text))).toEqual([]);
  });

  it('a week is named by a day, never by its number', () => {
    const { words, weekTitle } = localeFor([tag]);
    expect(namesIn(words.week)).toEqual(['day']);
    expect(weekTitle('2026-W48')).not.toMatch(/48|٤٨|W\d/u);
    expect(having(tag, /\{isoWeek\}|\{week\}/u)).toEqual([]);
  });

  it('each text says what the English one says: every value, and no other', () => {
    const english = new Map(textsIn('en'));
    const differing = textsIn(tag).filter(([path, text]) => {
      const other = english.get(path);
      return other !== undefined && namesIn(text).join() !== namesIn(other).join();
    });
    expect(differing).toEqual([]);
  });
});

describe('what a bet does to the target', () => {
  it('has one verb in Italian', () => {
    const { words } = localeFor(['it']);
    const told = [...Object.values(words.contributions), ...Object.values(words.below)];
    expect(told.filter((text) => !/\bval(?:e|gono)\b|valida/iu.test(text) && !text.startsWith('Una parte'))).toEqual([]);
  });

  it('is what the slip pays out in German, as the stake is part of it', () => {
    expect(slipWords(localeFor(['de'])).returns).toBe('Mögliche Auszahlung');
  });
});
