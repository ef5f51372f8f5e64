/** The texts about bets in the language of the page, with amounts, terms and names in them. */
import { formatMinor, type Locale } from '@furlong/club';

import type { PlaceTerms } from '../events/offers';
import type { Part } from '../money/parts';
import { AR } from './messages/ar';
import { DE } from './messages/de';
import { EN } from './messages/en';
import { IT } from './messages/it';
import type { BetWords } from './messages/messages';
import type { BetRequest } from './request';
import type { RefusedCode } from './sending';

const LANGUAGES: Readonly<Record<string, BetWords>> = { en: EN, de: DE, it: IT, ar: AR };
const [SINGLE, DOUBLE, TREBLE] = [1, 2, 3];

export function betWords({ tag }: Pick<Locale, 'tag'>): BetWords {
  return LANGUAGES[tag.split('-')[0] ?? ''] ?? EN;
}

/** The name of a bet by how many selections have to win: `Double`. */
export function kindOfBet(legs: number, locale: Locale): string {
  const words = betWords(locale);
  if (legs === SINGLE) return words.single;
  if (legs === DOUBLE) return words.double;
  return legs === TREBLE ? words.treble : locale.count(words.fold, legs);
}

/** The word before when an event starts, or has started. */
export function startWord(startsAt: string, now: number, locale: Locale): string {
  const words = betWords(locale);
  return Date.parse(startsAt) > now ? words.starts : words.started;
}

/** What a bet is: `Double · Each way · Free bet`. */
export function titleOfBet(legs: number, eachWay: boolean, isFree: boolean, locale: Locale): string {
  const words = betWords(locale);
  return [kindOfBet(legs, locale), eachWay ? words.eachWay : '', isFree ? words.freeBet : ''].filter((part) => part !== '').join(' · ');
}

/** Such as `Each way: 1/5 odds, 3 places`. */
export function termsInWords({ places, numerator, denominator }: PlaceTerms, locale: Locale): string {
  const words = betWords(locale);
  return locale.fill(words.terms, { fraction: `${numerator}/${denominator}`, places: locale.count(words.places, places) });
}

/** What the stake of a bet each way is made of. */
export function linesInWords({ stakeMinor, currency }: Pick<BetRequest, 'stakeMinor' | 'currency'>, locale: Locale): string {
  return locale.fill(betWords(locale).twoLines, { stake: formatMinor(stakeMinor, currency, locale.tag) });
}

/** Where a customer can do something about a refusal. */
const PART_OF: Readonly<Partial<Record<RefusedCode, Part>>> = {
  INSUFFICIENT_FUNDS: 'history',
  NO_ACCOUNT: 'history',
  LIMIT_REACHED: 'limits',
  NOT_ALLOWED_HERE: 'limits',
  SELF_EXCLUDED: 'breaks',
  COOLING_OFF: 'breaks',
};

export function partOf(code: RefusedCode, request: BetRequest): Part | null {
  return isOfFreeBet(code, request) ? null : (PART_OF[code] ?? null);
}

/** Why a bet was not placed, and what to do. */
export function refusedInWords(code: RefusedCode, request: BetRequest, locale: Locale): string {
  const words = betWords(locale);
  return isOfFreeBet(code, request) ? words.freeBetRefused : words.refused[code];
}

/** Whether it was the free bet that could not pay: it is used, has expired, or has other terms. */
function isOfFreeBet(code: RefusedCode, { freeBetId }: BetRequest): boolean {
  return freeBetId !== undefined && code === 'INSUFFICIENT_FUNDS';
}
