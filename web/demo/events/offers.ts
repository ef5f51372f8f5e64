/** Events, markets and selections as the graph offers them. */
import type { EventFactsFragment, OfferedMarketFragment, SportsEventsQuery } from '../generated/operations';

export type OfferedMarket = OfferedMarketFragment;
/** Each way: the place part pays this fraction of the odds for so many places. */
export type PlaceTerms = NonNullable<OfferedMarket['placeTerms']>;
export type OfferedSelection = OfferedMarket['selections'][number];
export type OfferedEvent = EventFactsFragment & { readonly markets: readonly OfferedMarket[] };
/** What is read at once: the list, and the events of further selections on the slip. */
export type EventsRead = SportsEventsQuery & { readonly further?: readonly OfferedEvent[] };
export type Odds = NonNullable<OfferedSelection['odds']>;

/** A selection with its event and its market. */
export interface Offer {
  readonly event: OfferedEvent;
  readonly market: OfferedMarket;
  readonly selection: OfferedSelection;
}

/** Whether a selection can be bet on: `over` once its event, or betting on it, has ended for good. */
export type Availability = 'open' | 'suspended' | 'over';

const LASTING: ReadonlySet<string> = new Set(['FINISHED', 'CANCELLED', 'CLOSED', 'SETTLED']);

export function availabilityOf({ event, market, selection }: Offer): Availability {
  if (LASTING.has(event.status) || LASTING.has(market.status)) return 'over';
  if (selection.status !== 'OPEN' && selection.status !== 'SUSPENDED') return 'over';
  return market.status === 'OPEN' && selection.status === 'OPEN' && selection.odds !== null ? 'open' : 'suspended';
}

/** Every selection of some events, by its id. */
export function offersOf(events: Iterable<OfferedEvent>): ReadonlyMap<string, Offer> {
  const offers = new Map<string, Offer>();
  for (const event of events) {
    for (const market of event.markets) {
      for (const selection of market.selections) offers.set(selection.id, { event, market, selection });
    }
  }
  return offers;
}

/** All events of an answer: those that are listed, and what is opened and picked. */
export function eventsOf({ events, opened, picked, further = [] }: EventsRead): OfferedEvent[] {
  const others = [opened, picked].filter((event) => event !== null && event !== undefined);
  return [...(events?.nodes ?? []), ...others, ...further];
}
