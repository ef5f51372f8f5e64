/** What a slip would bet: its selections as singles or as one multiple, perhaps each way, and what that costs. */
import { type BetRequest, type SeenLeg, totalMinor } from '../betting/request';
import type { Odds, PlaceTerms } from '../events/offers';
import type { Picked, Standing } from '../events/picked';
import { returnsMinor } from './stake';

/** A selection on the slip, and how it stands now. */
export interface SlipLeg {
  readonly picked: Picked;
  readonly standing: Standing;
}

export type Way = 'singles' | 'multiple';

/** What the customer has chosen; what is not possible now does not count. */
export interface Choice {
  readonly way: Way;
  readonly eachWay: boolean;
  /** Whether higher odds than those that were seen are taken without a question. */
  readonly takesHigher: boolean;
}

export interface Plan {
  readonly way: Way;
  readonly canCombine: boolean;
  readonly canEachWay: boolean;
  readonly eachWay: boolean;
  /** How many bets there are. */
  readonly count: number;
  /** Why nothing can be bet now: the first selection that stands against it; null if none does. */
  readonly obstacle: Standing | null;
  /** Whether the odds of a selection have to be accepted first. */
  readonly hasMoved: boolean;
}

export function planOf(legs: readonly SlipLeg[], { way: wanted, eachWay: wantsEachWay, takesHigher }: Choice): Plan {
  const events = legs.map(({ picked }) => picked.offer.event.id);
  const canCombine = legs.length > 1 && new Set(events).size === legs.length;
  const way = canCombine ? wanted : 'singles';
  const canEachWay = legs.length > 0 && legs.every((leg) => termsOf(leg) !== null);
  const obstacle = legs.map(({ standing }) => standing).find(({ kind }) => kind !== 'open' && kind !== 'moved') ?? null;
  return {
    way,
    canCombine,
    canEachWay,
    eachWay: canEachWay && wantsEachWay,
    count: way === 'multiple' ? 1 : legs.length,
    obstacle,
    hasMoved: legs.some((leg) => isToBeAccepted(leg, takesHigher)),
  };
}

/** Of the place part; null if the selection cannot be bet on each way. */
export function termsOf({ picked }: SlipLeg): PlaceTerms | null {
  return picked.offer.market.placeTerms ?? null;
}

/** Whether the customer has to accept other odds than those that they saw. */
export function isToBeAccepted({ picked, standing }: SlipLeg, takesHigher: boolean): boolean {
  if (standing.kind !== 'moved') return false;
  return !takesHigher || picked.seen === null || standing.odds.milli < picked.seen.milli;
}

/** The odds that a leg would be bet at now; null if there are none. */
export function oddsOf({ picked, standing }: SlipLeg): Odds | null {
  return standing.kind === 'moved' ? standing.odds : picked.seen;
}

/** The bets of a slip at the prices that were seen; none if one was not. */
export function requestsOf(
  legs: readonly SlipLeg[],
  { way, eachWay }: Plan,
  stakeMinor: number,
  currency: string,
  takesHigher: boolean,
  freeBetId: string | null = null,
): readonly BetRequest[] {
  const seen = legs.map(seenLeg).filter((leg) => leg !== null);
  if (seen.length < legs.length) return [];
  const paying = freeBetId === null ? {} : { freeBetId };
  const terms = { stakeMinor, eachWay, currency, acceptChanges: takesHigher ? 'HIGHER' : 'NONE', ...paying } as const;
  return way === 'multiple' ? [{ legs: seen, ...terms }] : seen.map((leg) => ({ legs: [leg], ...terms }));
}

function seenLeg({ picked: { offer, seen } }: SlipLeg): SeenLeg | null {
  if (seen === null) return null;
  const { selection, market, event } = offer;
  const names = { pick: selection.name, market: market.name, event: event.name };
  return { selectionId: selection.id, ...names, oddsMilli: seen.milli, odds: seen.display };
}

/** What all bets of a slip cost. */
export function costMinor({ count, eachWay }: Plan, stakeMinor: number): number {
  return count * totalMinor({ stakeMinor, eachWay });
}

/** What they may return at the present odds; a stake that a free bet pays is not returned. */
export function hopedMinor(legs: readonly SlipLeg[], plan: Plan, stakeMinor: number, isFree = false): number {
  const hoped = wholeMinor(legs, plan, stakeMinor);
  return isFree && hoped > 0 ? hoped - costMinor(plan, stakeMinor) : hoped;
}

function wholeMinor(legs: readonly SlipLeg[], { way, eachWay }: Plan, stakeMinor: number): number {
  const priced = legs.map((leg) => ({ oddsMilli: oddsOf(leg)?.milli ?? 0, terms: termsOf(leg) }));
  if (priced.length === 0 || priced.some(({ oddsMilli }) => oddsMilli === 0)) return 0;
  if (way === 'multiple') return returnsMinor(stakeMinor, priced, eachWay);
  return priced.reduce((sum, leg) => sum + returnsMinor(stakeMinor, [leg], eachWay), 0);
}
