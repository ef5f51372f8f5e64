/** What is said on the slip of bets that were asked for. */
import { shortReference, type Locale } from '@furlong/club';

import { slipWords } from '../messages';
import type { Told } from '../slip/BetSlip';
import type { BetRequest } from './request';
import type { BetOutcome } from './sending';
import { betWords, kindOfBet, partOf, refusedInWords } from './words';

/** A request and its answer; null if it was not sent, because the one before stands against it as well. */
export interface Answered {
  readonly request: BetRequest;
  readonly outcome: BetOutcome | null;
}

/** Of which the reason is one selection, so that other singles may be placed all the same. */
const OF_A_SELECTION: ReadonlySet<string> = new Set(['PRICE_CHANGED', 'SUSPENDED', 'UNKNOWN_SELECTION', 'NOT_EACH_WAY']);

export function mayGoOn(outcome: BetOutcome): boolean {
  return outcome.kind === 'bet' || (outcome.kind === 'refused' && OF_A_SELECTION.has(outcome.refusal.code));
}

/** What became of all of them, in a sentence; null while that may change: then a receipt tells of it. */
export function toldOf(answers: readonly Answered[], locale: Locale): Told | null {
  if (answers.some(({ outcome }) => outcome !== null && mayChange(outcome))) return null;
  const missed = answers.filter(({ outcome }) => outcome?.kind !== 'bet');
  const first = missed.find(({ outcome }) => outcome !== null) ?? null;
  const outcome = first?.outcome ?? null;
  const isMissed = first !== null && outcome !== null && outcome.kind !== 'bet';
  const placed = answers.length - missed.length;
  return {
    text: isMissed ? missedInWords(placed, answers.length, reasonOf(outcome, first.request, locale), locale) : placedInWords(answers, locale),
    lasts: true,
    isOnReceipt: !isMissed,
    part: isMissed && outcome.kind === 'refused' ? partOf(outcome.refusal.code, first.request) : null,
    about: missed.flatMap(({ request }) => request.legs.map(({ selectionId }) => selectionId)),
  };
}

function mayChange(outcome: BetOutcome): boolean {
  return outcome.kind === 'unknown' || (outcome.kind === 'bet' && outcome.bet.status === 'PENDING');
}

function missedInWords(placed: number, all: number, reason: string, locale: Locale): string {
  return placed === 0 ? reason : `${countInWords(placed, all, locale)} ${reason}`;
}

function countInWords(placed: number, all: number, locale: Locale): string {
  const words = betWords(locale);
  return locale.fill(words.someOf, { placed: String(placed), bets: locale.count(words.bets, all) });
}

function placedInWords(answers: readonly Answered[], locale: Locale): string {
  const bets = answers.map(({ outcome }) => outcome).flatMap((outcome) => (outcome?.kind === 'bet' ? [outcome.bet] : []));
  const [bet, ...others] = bets;
  if (bet === undefined || others.length > 0) return countInWords(bets.length, answers.length, locale);
  const words = slipWords(locale);
  const [leg, ...more] = bet.legs;
  const amount = locale.money(bet.stake);
  const name =
    leg === undefined || more.length > 0
      ? `${kindOfBet(bet.legs.length, locale)} · ${amount}`
      : locale.fill(words.bet, { amount, runner: leg.pick, odds: leg.odds.display });
  const told = bet.isFreeBet ? `${name} (${betWords(locale).freeBet})` : name;
  return locale.fill(words.placed, { bet: told, id: shortReference(bet.id) });
}

type Missed = Exclude<BetOutcome, { kind: 'bet' }>;

function reasonOf(outcome: Missed, request: BetRequest, locale: Locale): string {
  switch (outcome.kind) {
    case 'refused':
      return refusedInWords(outcome.refusal.code, request, locale);
    case 'unknown':
      return betWords(locale).means.unknown;
    case 'signed-out':
      return betWords(locale).signedOut;
    case 'nowhere':
      return slipWords(locale).nowhere;
  }
}
