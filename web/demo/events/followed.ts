/** Events whose prices come by the subscription: how they stand, and whether that is the present. */
import type { EventPricesSubscription } from '../generated/operations';
import type { OfferedEvent } from './offers';

export type PriceUpdate = EventPricesSubscription['eventsUpdated'];
/** How an event stands, with its prices; its names are read. */
type EventState = PriceUpdate['events'][number];

export interface Followed {
  /** Whether the subscription is open: then it is ahead of any read. */
  readonly isLive: boolean;
  /** By id, also those that are not shown now. */
  readonly states: ReadonlyMap<string, EventState>;
}

export const NOTHING_FOLLOWED: Followed = { isLive: false, states: new Map() };

/** After an update: an image is all that is followed, a change only what has changed. */
export function afterUpdate({ states: before }: Followed, { image, events }: PriceUpdate): Followed {
  const states = new Map(image ? [] : before);
  for (const event of events) states.set(event.id, event);
  return { isLive: true, states };
}

/**
 * After a read of these events: it is news only while the subscription is not open.
 *
 * A subscription that continues brings what has changed, so that what it does not bring stands as it was read. Of a
 * listed event only the main market is read.
 */
export function afterReading(followed: Followed, read: Iterable<OfferedEvent>): Followed {
  if (followed.isLive) return followed;
  const states = new Map(followed.states);
  for (const { id, startsAt, status, score, markets } of read) {
    const before = states.get(id);
    if (before === undefined) continue;
    const isRead = new Set(markets.map((market) => market.id));
    const others = before.markets.filter((market) => !isRead.has(market.id));
    states.set(id, { id, startsAt, status, score, markets: [...markets, ...others] });
  }
  return { ...followed, states };
}

/** Returns an event that was read as it stands now. */
export function present({ isLive, states }: Followed, read: OfferedEvent): OfferedEvent {
  return isLive ? { ...read, ...states.get(read.id) } : read;
}

/** Whether all of these events are followed, so that their prices need no reading. */
export function follows({ isLive, states }: Followed, shown: readonly OfferedEvent[]): boolean {
  return isLive && shown.every(({ id }) => states.has(id));
}
