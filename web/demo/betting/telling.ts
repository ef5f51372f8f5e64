/** What is said on the slip of bets that were not placed. */
import type { Locale } from '@furlong/club';

import { slipWords } from '../messages';
import type { Told } from '../slip/BetSlip';
import type { BetRequest } from './request';
import type { BetOutcome } from './sending';
import { betWords, partOf } from './words';

/** A request and its answer; null if it was not sent, because the one before stands against it as well. */
export interface Answered {
  readonly request: BetRequest;
  readonly outcome: BetOutcome | null;
}

/** Of which the reason is one selection, so that other singles may be placed all the same. */
const OF_A_SELECTION: ReadonlySet<string> = new Set(['PRICE_CHANGED', 'SUSPENDED', 'UNKNOWN_SELECTION']);

export function mayGoOn(outcome: BetOutcome): boolean {
  return outcome.kind === 'bet' || (outcome.kind === 'refused' && OF_A_SELECTION.has(outcome.refusal.code));
}

/** Null if there is a receipt of everything. */
export function toldOf(answers: readonly Answered[], locale: Locale): Told | null {
  const missed = answers.filter(({ outcome }) => outcome?.kind !== 'bet');
  const first = missed.find(({ outcome }) => outcome !== null)?.outcome ?? null;
  if (first === null || first.kind === 'bet' || first.kind === 'unknown') return null;
  const reason = reasonOf(first, locale);
  const placed = answers.length - missed.length;
  const words = betWords(locale);
  const some = { placed: String(placed), bets: locale.count(words.bets, answers.length) };
  return {
    text: placed === 0 ? reason : `${locale.fill(words.someOf, some)} ${reason}`,
    lasts: true,
    part: first.kind === 'refused' ? partOf(first.refusal.code) : null,
    about: missed.flatMap(({ request }) => request.legs.map(({ selectionId }) => selectionId)),
  };
}

function reasonOf(outcome: Exclude<BetOutcome, { kind: 'bet' | 'unknown' }>, locale: Locale): string {
  switch (outcome.kind) {
    case 'refused':
      return betWords(locale).refused[outcome.refusal.code];
    case 'signed-out':
      return betWords(locale).signedOut;
    case 'nowhere':
      return slipWords(locale).nowhere;
  }
}
