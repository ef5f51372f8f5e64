/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/* Written by `npm run codegen`. */
import type { Operation } from '@furlong/client';
export type EventStatus =
  | 'CANCELLED'
  | 'FINISHED'
  | 'LIVE'
  | 'SCHEDULED'
  | 'SUSPENDED';

export type MarketStatus =
  | 'CLOSED'
  | 'OPEN'
  | 'SETTLED'
  | 'SUSPENDED';

export type SelectionStatus =
  | 'DEAD_HEAT'
  | 'LOST'
  | 'OPEN'
  | 'SUSPENDED'
  | 'VOID'
  | 'WITHDRAWN'
  | 'WON';

export type SportsEventsQueryVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
  sport?: string | null | undefined;
  search?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  opened: string;
  hasOpened: boolean;
  picked: string;
  hasPicked: boolean;
}>;


export type SportsEventsQuery = { readonly sports: ReadonlyArray<{ readonly id: string, readonly name: string }> | null, readonly events: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null, readonly opened?: { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } } | null, readonly picked?: { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } } | null };

export type EventPricesSubscriptionVariables = Exact<{
  brand: string;
  ids: ReadonlyArray<string> | string;
  after?: string | null | undefined;
}>;


export type EventPricesSubscription = { readonly eventsUpdated: { readonly position: string, readonly image: boolean, readonly events: ReadonlyArray<{ readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }> }> } };

export type EventStateFragment = { readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null };

export type EventFactsFragment = { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } };

export type OfferedMarketFragment = { readonly id: string, readonly name: string, readonly status: MarketStatus, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> };


export const SportsEvents: Operation<SportsEventsQuery, SportsEventsQueryVariables> = {
  name: 'SportsEvents',
  kind: 'query',
  id: 'sha256:26d68fa052efc788b0be2118f5a5a2913c2c5db62b645061c17140bf617f9115',
  text: "query SportsEvents($brand:ID!$first:Int!$after:String$sport:ID$search:String$from:DateTime$to:DateTime$opened:ID!$hasOpened:Boolean!$picked:ID!$hasPicked:Boolean!){sports(brand:$brand){id name}events(brand:$brand first:$first after:$after sport:$sport search:$search from:$from to:$to){nodes{...EventFacts markets(first:1){...OfferedMarket}}pageInfo{hasNextPage endCursor}}opened:event(brand:$brand id:$opened)@include(if:$hasOpened){...EventFacts markets(first:20){...OfferedMarket}}picked:event(brand:$brand id:$picked)@include(if:$hasPicked){...EventFacts markets(first:20){...OfferedMarket}}}fragment EventFacts on Event{...EventState name sport{id name}competition{name}}fragment EventState on Event{id startsAt status score}fragment OfferedMarket on Market{id name status selections{id name status odds{milli display}}}",
};

export const EventPrices: Operation<EventPricesSubscription, EventPricesSubscriptionVariables> = {
  name: 'EventPrices',
  kind: 'subscription',
  id: 'sha256:20ad5a45ecd433d284e12f0bd87466a05fb2f60e364db34b52830a98cd49dab8',
  text: "subscription EventPrices($brand:ID!$ids:[ID!]!$after:String){eventsUpdated(brand:$brand ids:$ids after:$after){position image events{...EventState markets(first:20){...OfferedMarket}}}}fragment EventState on Event{id startsAt status score}fragment OfferedMarket on Market{id name status selections{id name status odds{milli display}}}",
};