/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/* Written by `npm run codegen`. */
import type { Operation } from '@furlong/client';
export type BetLegInput = {
  readonly oddsMilli: number;
  readonly selectionId: string;
};

/** How a bet stands. PENDING: It is not known yet whether it is made. REFUSED: It never was; the customer has the stake. OPEN: It is made, and waits for results. WON: It has returned something. LOST: It has returned nothing. VOID: It stands as if it had never been made. PARTLY_VOID: A part of it does, and it has returned something. */
export type BetStatus =
  | 'LOST'
  | 'OPEN'
  | 'PARTLY_VOID'
  | 'PENDING'
  | 'REFUSED'
  | 'VOID'
  | 'WON';

/** What a visitor plays on. */
export type Device =
  | 'DESKTOP'
  | 'MOBILE';

export type LaunchGameInput = {
  readonly brand: string;
  readonly demo?: boolean;
  readonly device?: Device | null | undefined;
  readonly gameId: string;
};

/** What became of a leg. WON: Its selection has won; of a bet each way, the place part as well. PLACED: It has not won, but came in one of the places that are paid. LOST: Neither. VOID: It stands as if it had never been bet on. DEAD_HEAT: It shares the first place. */
export type LegResult =
  | 'DEAD_HEAT'
  | 'LOST'
  | 'PLACED'
  | 'VOID'
  | 'WON';

export type PlaceBetInput = {
  readonly acceptChanges?: PriceChanges;
  readonly brand: string;
  readonly currency: string;
  readonly eachWay?: boolean;
  readonly freeBetId?: string | null | undefined;
  readonly idempotencyKey: string;
  readonly legs: ReadonlyArray<BetLegInput>;
  readonly stakeMinor: number;
};

export type PlatformErrorCode =
  | 'CONFIRMATION_NEEDED'
  | 'COOLING_OFF'
  | 'DECLINED'
  | 'FORBIDDEN'
  | 'IDEMPOTENCY_REUSED'
  | 'INSUFFICIENT_FUNDS'
  | 'LIMIT_REACHED'
  | 'METHOD_UNAVAILABLE'
  | 'NOT_ALLOWED_HERE'
  | 'PENDING'
  | 'PRICE_CHANGED'
  | 'SELF_EXCLUDED'
  | 'STAKE_TOO_HIGH'
  | 'STAKE_TOO_LOW'
  | 'SUSPENDED'
  | 'UNAUTHENTICATED'
  | 'UNKNOWN_SELECTION'
  | 'UNVERIFIED'
  | 'WALLET_PENDING'
  | 'WRONG_CURRENCY';

/** Which prices a customer takes other than those that they saw. NONE: None. HIGHER: Higher ones. ANY: All. */
export type PriceChanges =
  | 'ANY'
  | 'HIGHER'
  | 'NONE';

export type SelectionStatus =
  | 'DEAD_HEAT'
  | 'LOST'
  | 'OPEN'
  | 'SUSPENDED'
  | 'VOID'
  | 'WITHDRAWN'
  | 'WON';

export type PlaceBetMutationVariables = Exact<{
  input: PlaceBetInput;
}>;


export type PlaceBetMutation = { readonly placeBet: { readonly bet: { readonly id: string, readonly placedAt: string, readonly eachWay: boolean, readonly status: BetStatus, readonly stake: { readonly minor: number, readonly currency: string }, readonly returns: { readonly minor: number, readonly currency: string } | null, readonly potentialReturns: { readonly minor: number, readonly currency: string }, readonly legs: ReadonlyArray<{ readonly event: string, readonly market: string, readonly pick: string, readonly startsAt: string, readonly result: LegResult | null, readonly odds: { readonly milli: number, readonly display: string } }> } | null, readonly changed: ReadonlyArray<{ readonly id: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type BetsQueryVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type BetsQuery = { readonly bets: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly placedAt: string, readonly eachWay: boolean, readonly status: BetStatus, readonly stake: { readonly minor: number, readonly currency: string }, readonly returns: { readonly minor: number, readonly currency: string } | null, readonly potentialReturns: { readonly minor: number, readonly currency: string }, readonly legs: ReadonlyArray<{ readonly event: string, readonly market: string, readonly pick: string, readonly startsAt: string, readonly result: LegResult | null, readonly odds: { readonly milli: number, readonly display: string } }> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type BetChangesSubscriptionVariables = Exact<{
  brand: string;
}>;


export type BetChangesSubscription = { readonly betUpdated: { readonly id: string, readonly placedAt: string, readonly eachWay: boolean, readonly status: BetStatus, readonly stake: { readonly minor: number, readonly currency: string }, readonly returns: { readonly minor: number, readonly currency: string } | null, readonly potentialReturns: { readonly minor: number, readonly currency: string }, readonly legs: ReadonlyArray<{ readonly event: string, readonly market: string, readonly pick: string, readonly startsAt: string, readonly result: LegResult | null, readonly odds: { readonly milli: number, readonly display: string } }> } };

export type PlacedBetFragment = { readonly id: string, readonly placedAt: string, readonly eachWay: boolean, readonly status: BetStatus, readonly stake: { readonly minor: number, readonly currency: string }, readonly returns: { readonly minor: number, readonly currency: string } | null, readonly potentialReturns: { readonly minor: number, readonly currency: string }, readonly legs: ReadonlyArray<{ readonly event: string, readonly market: string, readonly pick: string, readonly startsAt: string, readonly result: LegResult | null, readonly odds: { readonly milli: number, readonly display: string } }> };

export type LobbyQueryVariables = Exact<{
  brand: string;
  device: Device;
  games: number;
}>;


export type LobbyQuery = { readonly lobby: { readonly sections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string, readonly provider: string, readonly imageUrl: string | null, readonly tags: ReadonlyArray<string> }> }> } | null };

export type LaunchGameMutationVariables = Exact<{
  input: LaunchGameInput;
}>;


export type LaunchGameMutation = { readonly launchGame: { readonly url: string | null, readonly expiresAt: string | null, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };


export const PlaceBet: Operation<PlaceBetMutation, PlaceBetMutationVariables> = {
  name: 'PlaceBet',
  kind: 'mutation',
  id: null,
  text: "mutation PlaceBet($input:PlaceBetInput!){placeBet(input:$input){bet{...PlacedBet}changed{id status odds{milli display}}errors{code}}}fragment PlacedBet on Bet{id placedAt stake{minor currency}eachWay status returns{minor currency}potentialReturns{minor currency}legs{event market pick startsAt odds{milli display}result}}",
};

export const Bets: Operation<BetsQuery, BetsQueryVariables> = {
  name: 'Bets',
  kind: 'query',
  id: null,
  text: "query Bets($brand:ID!$first:Int!$after:String){bets(brand:$brand first:$first after:$after){nodes{...PlacedBet}pageInfo{hasNextPage endCursor}}}fragment PlacedBet on Bet{id placedAt stake{minor currency}eachWay status returns{minor currency}potentialReturns{minor currency}legs{event market pick startsAt odds{milli display}result}}",
};

export const BetChanges: Operation<BetChangesSubscription, BetChangesSubscriptionVariables> = {
  name: 'BetChanges',
  kind: 'subscription',
  id: null,
  text: "subscription BetChanges($brand:ID!){betUpdated(brand:$brand){...PlacedBet}}fragment PlacedBet on Bet{id placedAt stake{minor currency}eachWay status returns{minor currency}potentialReturns{minor currency}legs{event market pick startsAt odds{milli display}result}}",
};

export const Lobby: Operation<LobbyQuery, LobbyQueryVariables> = {
  name: 'Lobby',
  kind: 'query',
  id: null,
  text: "query Lobby($brand:ID!$device:Device!$games:Int!){lobby(brand:$brand device:$device){sections{id name games(first:$games){id name provider imageUrl tags}}}}",
};

export const LaunchGame: Operation<LaunchGameMutation, LaunchGameMutationVariables> = {
  name: 'LaunchGame',
  kind: 'mutation',
  id: null,
  text: "mutation LaunchGame($input:LaunchGameInput!){launchGame(input:$input){url expiresAt errors{code}}}",
};