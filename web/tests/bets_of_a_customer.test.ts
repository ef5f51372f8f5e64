/** The list of a customer's bets, and what is said of those that were not placed. */
import { localeFor, LOCALES } from '@furlong/club';
import { describe, expect, it } from 'vitest';

import { type BetListEvent, type BetPage, isOpenBet, NO_BETS, reduceBetList } from '../demo/betting/list/betList';
import { EN } from '../demo/betting/messages/en';
import { mayGoOn, toldOf } from '../demo/betting/telling';
import { betWords, kindOfBet, linesInWords, partOf, startWord, termsInWords } from '../demo/betting/words';
import { EN as LOBBY } from '../demo/lobby/messages/en';
import { lobbyWords } from '../demo/lobby/words';
import { groupOf, pageOf, PAGES, searchOf } from '../demo/site/pages';
import { siteWords } from '../demo/site/words';
import { bet, request } from './placedBets';

const locale = localeFor(['en-GB']);

function page(ids: readonly string[], next: string | null = null): BetPage {
  return { nodes: ids.map((id) => bet(id)), pageInfo: { hasNextPage: next !== null, endCursor: next } };
}

function list(...events: BetListEvent[]) {
  return events.reduce(reduceBetList, NO_BETS);
}

const ids = ({ bets }: ReturnType<typeof list>) => bets?.map(({ id }) => id);

describe('the list of bets', () => {
  const first: BetListEvent = { type: 'read-newest', page: page(['c', 'b'], 'b') };

  it('grows by the next page, each bet once', () => {
    const more = list(first, { type: 'asked' }, { type: 'read-more', page: page(['b', 'a']) });
    expect([ids(more), more.next, more.isReading]).toEqual([['c', 'b', 'a'], null, false]);
  });

  it('begins anew if something may be missing between the newest page and what is known', () => {
    expect(ids(list(first, { type: 'read-newest', page: page(['e', 'd'], 'd') }))).toEqual(['e', 'd']);
    expect(ids(list(first, { type: 'read-newest', page: page(['d', 'c'], 'c') }))).toEqual(['d', 'c', 'b']);
  });

  it('shows a bet as it was last told, and a new one first', () => {
    const won = bet('b', 'WON', { returns: { minor: 1250, currency: 'GBP' } });
    const told = list(first, { type: 'told', bet: won }, { type: 'told', bet: bet('d', 'OPEN', { placedAt: '2026-04-08T15:00:00Z' }) });
    expect([ids(told), told.bets?.map(isOpenBet)]).toEqual([['d', 'c', 'b'], [true, true, false]]);
    expect(ids(list(first, { type: 'told', bet: bet('old', 'WON', { placedAt: '2026-01-01T00:00:00Z' }) }))).toEqual(['c', 'b']);
    expect(list({ type: 'told', bet: won }).bets).toBeNull();
  });

  it('keeps what is known when a read fails, and says where there are none', () => {
    const failed = list(first, { type: 'asked' }, { type: 'failed' });
    expect([ids(failed), failed.hasFailed, failed.isReading]).toEqual([['c', 'b'], true, false]);
    expect(list(first, { type: 'missing' })).toMatchObject({ bets: null, isMissing: true });
  });
});

describe('what is said of bets that were asked for', () => {
  const placed = { request: request('a-0'), outcome: { kind: 'bet', bet: bet('1') } } as const;
  const moved = { request: request('b-0'), outcome: { kind: 'refused', refusal: { code: 'PRICE_CHANGED', changed: [] } } } as const;
  const poor = { request: request('c-0'), outcome: { kind: 'refused', refusal: { code: 'INSUFFICIENT_FUNDS', changed: [] } } } as const;
  const unsent = { request: request('d-0'), outcome: null } as const;

  it('is also said of those that were placed, and left to receipts while it may change', () => {
    const pending = { request: request(), outcome: { kind: 'bet', bet: bet('1', 'PENDING') } } as const;
    expect(toldOf([placed], locale)).toMatchObject({ text: 'Bet placed: £5.00 on Ashdown Lad at 6/4. Reference 1.', about: [] });
    expect(toldOf([placed, placed], locale)?.text).toBe('2 of 2 bets placed.');
    expect(toldOf([placed, pending], locale)).toBeNull();
    expect(toldOf([{ request: request(), outcome: { kind: 'unknown' } }], locale)).toBeNull();
    const [leg] = bet('1').legs;
    const double = bet('2', 'OPEN', { legs: [leg, leg].filter((known) => known !== undefined) });
    expect(toldOf([{ request: request(), outcome: { kind: 'bet', bet: double } }], locale)?.text).toBe('Bet placed: Double · £5.00. Reference 2.');
  });

  it('is why, what to do, and where', () => {
    expect(toldOf([moved], locale)).toMatchObject({ text: EN.refused.PRICE_CHANGED, part: null, about: ['b-0'], lasts: true });
    expect(toldOf([poor], locale)).toMatchObject({ text: EN.refused.INSUFFICIENT_FUNDS, part: 'history' });
    expect((['LIMIT_REACHED', 'SELF_EXCLUDED', 'ACCOUNT_SUSPENDED'] as const).map((code) => partOf(code, request()))).toEqual(['limits', 'breaks', null]);
  });

  it('says how many of several were, and keeps the others on the slip', () => {
    const told = toldOf([placed, poor, unsent], locale);
    expect(told?.text).toBe(`1 of 3 bets placed. ${EN.refused.INSUFFICIENT_FUNDS}`);
    expect(told?.about).toEqual(['c-0', 'd-0']);
  });

  it('lets other singles be placed only if the reason is one selection', () => {
    expect([placed, moved, poor].map(({ outcome }) => mayGoOn(outcome))).toEqual([true, true, false]);
    expect([{ kind: 'unknown' } as const, { kind: 'signed-out' } as const].map(mayGoOn)).toEqual([false, false]);
  });
});

/** Every text of a language, by its path. */
function texts(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return [[`${path}${name}`, value] as [string, string]];
    return typeof value === 'object' && value !== null ? texts(value, `${path}${name}.`) : [];
  });
}

const namesIn = (text: string) => [...text.matchAll(/\{\w+\}/gu)].map(([name]) => name).filter((name) => name !== '{n}').sort();

describe.each(LOCALES)('%s', (tag) => {
  const [bets, lobby] = [betWords({ tag }), lobbyWords({ tag })];

  it('shows no code, and no text is empty', () => {
    const all = [bets, lobby, siteWords({ tag })].flatMap((words) => texts(words));
    expect(all.filter(([, text]) => text.trim() === '' || /[A-Z]{3,}|_/u.test(text))).toEqual([]);
  });

  it.each([
    ['bets', bets, EN],
    ['lobby', lobby, LOBBY],
  ])('fills each text of %s with the same values as English', (_name, words, english) => {
    const known = new Map(texts(english));
    const differing = texts(words).filter(([path, text]) => known.has(path) && namesIn(text).join() !== namesIn(known.get(path) ?? '').join());
    expect(differing).toEqual([]);
  });

  it('has all grammatical numbers of its language', () => {
    const rules = new Intl.PluralRules(tag);
    for (const forms of [bets.selections, bets.full, bets.singles, bets.fold, bets.places, bets.bets, lobby.showAll]) {
      for (const n of [0, 1, 2, 3, 11, 100]) {
        if (tag === 'ar') expect(forms).toHaveProperty(rules.select(n));
        expect(localeFor([tag]).count(forms, n)).not.toContain('{');
      }
    }
  });

  it('has words of its own for each standing and result', () => {
    for (const group of [bets.states, bets.results, bets.statuses, lobby.over]) {
      const said = Object.values(group);
      expect(new Set(said).size).toBe(said.length);
    }
  });
});

describe('English', () => {
  it('names bets by their selections, and says place terms and lines', () => {
    expect([1, 2, 3, 4].map((legs) => kindOfBet(legs, locale))).toEqual(['Single', 'Double', 'Treble', '4-fold']);
    expect(termsInWords({ places: 3, numerator: 1, denominator: 5 }, locale)).toBe('Each way: 1/5 odds, 3 places');
    expect(linesInWords({ stakeMinor: 500, currency: 'GBP' }, locale)).toBe('£5.00 to win and £5.00 to be placed.');
  });

  it('never says of an event that has begun that it starts', () => {
    const startsAt = '2026-11-30T02:00:00Z';
    const before = Date.parse(startsAt) - 1;
    expect([before, before + 1, before + 3_600_000].map((now) => startWord(startsAt, now, locale))).toEqual(['Starts', 'Started', 'Started']);
  });

  it('puts no pressure on anybody, and excuses nothing', () => {
    const pressing = /hurry|last chance|bet now|don.t miss|sorry|are you sure|!/iu;
    expect([...texts(EN), ...texts(LOBBY)].filter(([, text]) => pressing.test(text))).toEqual([]);
  });
});

describe('the address of a page', () => {
  it('is found again, and leaves what else is asked', () => {
    for (const shown of PAGES) expect(pageOf(searchOf(shown, '?lang=de'))).toBe(shown);
    expect([searchOf('sports', '?page=bets'), searchOf('casino', '?lang=de'), pageOf('?page=else')]).toEqual(['', '?lang=de&page=casino', 'sports']);
  });

  it('names the games that the casino is opened for, and no other page does', () => {
    const search = searchOf('casino', '?lang=de', 'northbet:fruit-slots');
    expect([pageOf(search), groupOf(search)]).toEqual(['casino', 'northbet:fruit-slots']);
    expect([searchOf('casino', search), searchOf('bets', search), searchOf('sports', search)]).toEqual(['?lang=de&page=casino', '?lang=de&page=bets', '?lang=de']);
    expect([groupOf('?page=bets&group=a'), groupOf('?page=casino')]).toEqual([null, null]);
  });
});
