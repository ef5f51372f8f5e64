/** What a customer asks for with a slip: one bet, at the prices that were seen. */
import type { BetLegInput, BetsQuery, PlaceBetInput, PriceChanges } from '../generated/operations';

export type Bet = NonNullable<BetsQuery['bets']>['nodes'][number];
export type BetLeg = Bet['legs'][number];

/** A selection as the slip showed it. */
export interface SeenLeg {
  readonly selectionId: string;
  readonly pick: string;
  readonly market: string;
  readonly event: string;
  readonly oddsMilli: number;
  /** The odds as they were written. */
  readonly odds: string;
}

export interface BetRequest {
  readonly legs: readonly SeenLeg[];
  /** On each line: each way, there are two. */
  readonly stakeMinor: number;
  readonly eachWay: boolean;
  readonly currency: string;
  readonly acceptChanges: PriceChanges;
  /** The free bet that pays the stake, whole; absent if the customer's money does. */
  readonly freeBetId?: string;
}

/** A request with its key, until its end is known. */
export interface Asked {
  readonly key: string;
  readonly request: BetRequest;
  /** The bet that it became, which is not confirmed yet; null while nobody has answered. */
  readonly betId: string | null;
  /** When it was asked for first, in milliseconds. */
  readonly at: number;
}

export function totalMinor({ stakeMinor, eachWay }: Pick<BetRequest, 'stakeMinor' | 'eachWay'>): number {
  return stakeMinor * (eachWay ? 2 : 1);
}

export function inputOf({ key, request }: Asked, brand: string): PlaceBetInput {
  const { legs, stakeMinor, eachWay, currency, acceptChanges, freeBetId } = request;
  const paying = freeBetId === undefined ? {} : { freeBetId };
  return { brand, legs: legs.map(legInput), stakeMinor, eachWay, currency, acceptChanges, ...paying, idempotencyKey: key };
}

function legInput({ selectionId, oddsMilli }: SeenLeg): BetLegInput {
  return { selectionId, oddsMilli };
}
