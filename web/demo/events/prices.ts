/** Follows the prices of the events that are shown by a subscription, while the page can be seen. */
import { createLiveLoop, type LiveListener } from '@furlong/client';

import { type BoardEvent, MAX_AGE_MS } from './board';
import type { EventPricesSubscription } from '../generated/operations';

/** The most events that the graph lets one subscription follow. */
export const MAX_FOLLOWED = 50;
/** How long a hidden page keeps its subscription, because customers switch between tabs. */
export const HIDDEN_MS = 15_000;
/** A pause in searching and turning pages, so that not every list is followed. */
export const SETTLE_MS = 500;

export interface LivePricesParts {
  /** Opens a subscription to events, behind a position if there is one. */
  readonly connect: (
    ids: readonly string[],
    listener: LiveListener<EventPricesSubscription>,
    after: string | null,
  ) => () => void;
  readonly tell: (event: BoardEvent) => void;
  readonly isVisible: () => boolean;
  readonly now: () => number;
  readonly random: () => number;
}

export interface LivePrices {
  /** Follows these events, the first ones if they are too many. */
  follow(ids: readonly string[]): void;
  /** Follows the same events from their present state on, because what is shown is in doubt. */
  renew(): void;
  /** Ends some time after the page was hidden; continues when it is seen again. */
  visibilityChanged(): void;
  /** There is a network again: follows at once, however long the next try was to wait. */
  reconnected(): void;
  stop(): void;
}

/** Returns prices that follow nothing yet. */
export function createLivePrices({ connect, tell, isVisible, now, random }: LivePricesParts): LivePrices {
  let followed: readonly string[] = [];
  let isLive = false;
  let settling: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let late: ReturnType<typeof setTimeout> | undefined;
  let renewedAt = 0;

  const loop = createLiveLoop<EventPricesSubscription>({
    connect: (listener, after) => connect(followed, listener, after),
    updated({ data }) {
      if (data === null) return;
      clearTimeout(late);
      isLive = true;
      tell({ type: 'updated', update: data.eventsUpdated, at: now() });
    },
    down: (_ending, since) => ended(since ?? renewedAt),
    now,
    random,
  });

  /** Says so, unless it is known. */
  function ended(since: number): void {
    clearTimeout(late);
    if (!isLive) return;
    isLive = false;
    tell({ type: 'unfollowed', since, at: now() });
  }

  function renew(): void {
    renewedAt = now();
    loop.renew();
    clearTimeout(late);
    // Until the image comes, what is shown has no news.
    if (isLive) late = setTimeout(() => ended(renewedAt), MAX_AGE_MS);
  }

  return {
    follow(ids) {
      clearTimeout(settling);
      const wanted = [...new Set(ids)].slice(0, MAX_FOLLOWED);
      const known = new Set(followed);
      if (wanted.every((id) => known.has(id))) return;
      const isFirst = followed.length === 0;
      settling = setTimeout(() => {
        // In one order, so that pages with the same events ask for the same.
        followed = wanted.sort();
        renew();
        if (isVisible()) loop.start();
      }, isFirst ? 0 : SETTLE_MS);
    },
    renew,
    reconnected() {
      if (!isVisible() || followed.length === 0) return;
      loop.stop();
      renew();
      loop.start();
    },
    visibilityChanged() {
      clearTimeout(hiding);
      if (isVisible()) {
        if (followed.length > 0) loop.start();
        return;
      }
      hiding = setTimeout(() => {
        loop.stop();
        ended(now());
      }, HIDDEN_MS);
    },
    stop() {
      clearTimeout(settling);
      clearTimeout(hiding);
      clearTimeout(late);
      loop.stop();
    },
  };
}
