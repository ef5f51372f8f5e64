/** Plain words for every code in every language, and none that press. */
import { describe, expect, it } from 'vitest';

import { localeFor, LOCALES } from '@furlong/club';

import * as types from '../packages/client/src/operations/types';
import { EN } from '../packages/club/src/messages/en';

const KINDS = {
  states: types.CLUB_STATES,
  contributions: types.CONTRIBUTION_REASONS,
  unavailable: types.UNAVAILABLE_REASONS,
  errors: types.ERROR_CODES,
  fulfilment: types.FULFILMENT_STATUSES,
} as const;

/** Every text of a language, by its path. */
function texts(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return [[`${path}${name}`, value] as [string, string]];
    return typeof value === 'object' && value !== null ? texts(value, `${path}${name}.`) : [];
  });
}

const namesIn = (text: string) => [...text.matchAll(/\{\w+\}/gu)].map(([name]) => name).sort();
const ENGLISH = new Map(texts(EN));

describe.each(LOCALES)('%s', (tag) => {
  const { words } = localeFor([tag]);

  it.each(Object.entries(KINDS))('has words of its own for each of %s', (kind, codes) => {
    const found = codes.map((code) => (words[kind as keyof typeof KINDS] as Record<string, string>)[code]);
    expect(new Set(found).size).toBe(codes.length);
  });

  it('has a sentence for each state, and for each reason that is told', () => {
    const stories = Object.values(words.stories);
    expect(new Set(stories).size).toBe(types.CLUB_STATES.length - 1);
    expect(types.INELIGIBLE_REASONS.filter((reason) => words.ineligible[reason] === null)).toEqual([
      'SELF_EXCLUDED',
      'RG_RESTRICTED',
      'ACCOUNT_CLOSED',
      'NOT_OFFERED',
    ]);
  });

  it('shows no code, and no text is empty', () => {
    expect(texts(words).filter(([, text]) => text === '' || /[A-Z]{3,}|_/u.test(text))).toEqual([]);
  });

  it('fills each text with the same values as English', () => {
    const differing = texts(words).filter(([path, text]) => {
      const english = ENGLISH.get(path);
      // A number may be a word in some languages: two is no figure in Arabic.
      const plain = (names: readonly string[]) => names.filter((name) => name !== '{n}').join();
      return english !== undefined && plain(namesIn(text)) !== plain(namesIn(english));
    });
    expect(differing).toEqual([]);
  });

  it('has all grammatical numbers of its language', () => {
    const rules = new Intl.PluralRules(tag);
    for (const n of [0, 1, 2, 3, 7, 11, 25, 100]) {
      const category = rules.select(n);
      expect([category, words.betsCounted[category] ?? words.betsCounted.other]).not.toContain(undefined);
      if (tag === 'ar') expect(words.betsCounted).toHaveProperty(category);
    }
  });
});

describe('English', () => {
  it('puts no pressure on anybody', () => {
    const pressing = /\bonly\b(?! bets)|hurry|last chance|bet now|to go\b|days left|don.t miss|!/iu;
    expect([...ENGLISH].filter(([, text]) => pressing.test(text))).toEqual([]);
  });

  it('says of each bet whether it counts', () => {
    expect(Object.values(EN.contributions).filter((text) => !/count/iu.test(text))).toEqual([]);
  });
});
