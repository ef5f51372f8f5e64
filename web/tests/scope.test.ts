import { expect, test } from 'vitest';

import { Content } from '../backoffice/src/people/approvals/proposal.ts';
import { earlierRules, schemeInput } from '../backoffice/src/people/approvals/stored.ts';
import { changedRules, scheme } from '../backoffice/src/people/approvals/textKinds.ts';
import { asSchemeInput, formAfter, reasonInWords } from '../backoffice/src/rules/scheme.ts';
import { itemInWords, itemName, scopeInWords } from '../backoffice/src/rules/scope.ts';
import EXAMPLES from './proposals.json' with { type: 'json' };

import type { SchemeScopeItem } from '../backoffice/src/graph/generated/operations.ts';

const RACING: SchemeScopeItem = { kind: 'SPORT', id: 'horse-racing', name: 'Horse Racing', sport: '', competition: '', startsAt: null };
const FESTIVAL: SchemeScopeItem = { kind: 'COMPETITION', id: 'c-1', name: 'Cheltenham Festival', sport: 'Horse Racing', competition: '', startsAt: null };
const DERBY: SchemeScopeItem = { kind: 'EVENT', id: 'e-1', name: 'Everton v Leeds', sport: 'Football', competition: 'Premier League', startsAt: '2026-03-29T14:00:00Z' };
const FORGOTTEN: SchemeScopeItem = { kind: 'EVENT', id: 'e-9', name: null, sport: '', competition: '', startsAt: null };

const counted = [{ kind: 'competition', id: 'c-1', name: 'Cheltenham Festival', sport: 'Horse Racing', competition: '', starts_at: null }];
const SCOPED = { ...EXAMPLES['rules.scheme'], events: { sports: [], competitions: ['c-1'], events: [], legs: 'all' }, counted };

test('what counts has a name, and what tells it from others, but no id', () => {
  expect(itemInWords(RACING, 'northbet')).toBe('horse racing');
  expect(itemInWords(FESTIVAL, 'northbet')).toBe('Cheltenham Festival (horse racing)');
  expect(itemInWords(DERBY, 'northbet')).toMatch(/^Everton v Leeds \(Premier League, football, 29.Mar.2026.+\)$/u);
  expect(itemName(DERBY)).toBe('Everton v Leeds');
  expect(itemInWords(FORGOTTEN, 'northbet')).toBe('an event that isn’t known any more');
  expect(itemName({ ...FORGOTTEN, kind: 'COMPETITION' })).toBe('a competition that isn’t known any more');
});

test('the consequence is a sentence, and says what holds for the legs of a bet', () => {
  expect(scopeInWords([FESTIVAL], 'all', 'northbet')).toBe(
    'Only bets on Cheltenham Festival (horse racing) count. Of a bet with several legs, each leg has to be on it. Bets that name no event don’t count.',
  );
  expect(scopeInWords([RACING, FESTIVAL], 'qualifying', 'northbet')).toBe(
    'Only bets on horse racing or Cheltenham Festival (horse racing) count. Of a bet with several legs, one leg on one of these is enough, and the minimum odds apply to such legs alone. Bets that name no event don’t count.',
  );
});

test('a form begins with what the version before counts, and sends ids', () => {
  const before = { ...schemeInput(new Content(EXAMPLES['rules.scheme'])), events: { legs: 'qualifying', items: [RACING, FESTIVAL, DERBY] } } as never;
  const form = formAfter([before], 'GB', 'GBP', '2026-12-07T00:00:00Z');
  expect([form.counts, form.legs, form.items.length]).toEqual(['chosen', 'qualifying', 3]);
  expect(asSchemeInput(form).events).toEqual({ sports: ['horse-racing'], competitions: ['c-1'], events: ['e-1'], legs: 'qualifying' });
  expect(asSchemeInput({ ...form, counts: 'all' }).events).toBeNull();
  expect(asSchemeInput({ ...form, items: [] }).events).toEqual({ sports: [], competitions: [], events: [], legs: 'qualifying' });
  const first = formAfter([], 'GB', 'GBP', '2026-12-07T00:00:00Z');
  expect([first.counts, first.items, first.legs]).toEqual(['all', [], 'all']);
});

test('an approver reads first what counts, by name', () => {
  const words = scheme.inWords(new Content(SCOPED), 'northbet');
  expect(words.sentences[1]).toMatch(/^Only bets on Cheltenham Festival \(horse racing\) count\./u);
  expect(words.details?.join(' ')).not.toContain('Cheltenham');
  expect(scheme.inWords(new Content(EXAMPLES['rules.scheme']), 'northbet').sentences).toHaveLength(1);
});

test('before and after name what counts, also where it begins or ends', () => {
  const version = { ...schemeInput(new Content(EXAMPLES['rules.scheme'])), version: 2 };
  const without = earlierRules([version as never], new Content(SCOPED));
  const golf = earlierRules([{ ...version, events: { legs: 'all', items: [{ ...RACING, name: 'Golf' }] } } as never], new Content(SCOPED));
  const events = (rules: readonly { readonly what: string }[]) => rules.filter(({ what }) => what === 'Events');
  expect(events(changedRules(new Content(SCOPED), without, 'northbet'))).toEqual([
    {
      what: 'Events',
      before: 'Bets on all events count, and bets that name none as well.',
      after: 'Only bets on Cheltenham Festival (horse racing) count. Of a bet with several legs, each leg has to be on it. Bets that name no event don’t count.',
    },
  ]);
  const all = new Content(EXAMPLES['rules.scheme']);
  expect(events(changedRules(all, golf, 'northbet'))).toMatchObject([{ before: expect.stringMatching(/^Only bets on golf count/u) as string, after: 'Bets on all events count, and bets that name none as well.' }]);
  expect(events(changedRules(all, without, 'northbet'))).toEqual([]);
});

test('a dry run of a proposal takes the ids, and not the names that are kept for its readers', () => {
  const input = schemeInput(new Content(SCOPED));
  expect(input.events).toEqual({ sports: [], competitions: ['c-1'], events: [], legs: 'all' });
  expect(input).not.toHaveProperty('counted');
});

test('reasons that have to do with events are words', () => {
  expect(['EXCLUDED_EVENT', 'EVENT_PENDING'].map(reasonInWords)).toEqual(['not one of the events that count', 'event not known yet']);
});
