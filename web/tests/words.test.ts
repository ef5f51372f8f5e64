/** Plain words for every code, and none that press. */
import { describe, expect, it } from 'vitest';

import {
  CLUB_STATES,
  CONTRIBUTION_REASONS,
  ERROR_CODES,
  INELIGIBLE_REASONS,
  UNAVAILABLE_REASONS,
} from '../src/graphql/types';
import * as words from '../src/ui/words';

const ALL = {
  contributions: CONTRIBUTION_REASONS.map(words.sentenceForContribution),
  ineligible: INELIGIBLE_REASONS.map(words.sentenceForIneligible),
  unavailable: UNAVAILABLE_REASONS.map(words.wordsForUnavailable),
  states: CLUB_STATES.map(words.wordsForState),
  errors: ERROR_CODES.map((code) => words.sentenceForError({ code, message: 'raw' })),
};

describe.each(Object.entries(ALL))('%s', (_, texts) => {
  it('has its own words for each code', () => {
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.every((text) => text.length > 5)).toBe(true);
  });

  it('shows no code', () => {
    expect(texts.filter((text) => /[A-Z]{2,}|_/u.test(text))).toEqual([]);
  });

  it('puts no pressure on anybody', () => {
    expect(texts.filter((text) => /\bonly\b|hurry|last chance|bet now|to go\b|left\b|don.t miss|!/iu.test(text))).toEqual([]);
  });
});

describe('reasons that this page does not know yet', () => {
  it('are told in general words', () => {
    expect(words.sentenceForIneligible('LATER' as (typeof INELIGIBLE_REASONS)[number])).toBe(words.sentenceForIneligible(null));
  });
});

describe('contributions', () => {
  it('say for each reason whether the bet counts', () => {
    expect(ALL.contributions.filter((text) => !/count/iu.test(text))).toEqual([]);
  });
});
