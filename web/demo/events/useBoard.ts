/** Connects the events of a brand to React: what is shown, read and followed while the page is seen. */
import type { Ask, ConnectLive, LiveListener } from '@furlong/client';
import { whenBackOnline } from '@furlong/club';
import { useCallback, useEffect, useReducer, useRef } from 'react';

import { type Board, boardAtStart, type BoardEvent, isFollowed, reduceBoard } from './board';
import { EventPrices, type EventPricesSubscription, SportsEvents, type SportsEventsQueryVariables } from '../generated/operations';
import { readFurther, withFurther } from './further';
import { createListed } from './listed';
import { MOVED_MS } from './moves';
import { MAX_PICKS, type Picked, type PickedIds, type Repriced } from './picked';
import { createEventPoller, type EventPoller, GIVE_UP_MS } from './poller';
import { createLivePrices, type LivePrices } from './prices';

/** What narrows the list; empty strings and null narrow nothing. */
export interface Filter {
  readonly search: string;
  readonly sport: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface BoardControls {
  readonly board: Board;
  /** Puts a selection on the slip, or takes it off. */
  readonly pick: (selection: string) => void;
  readonly remove: (selection: string) => void;
  /** There is a bet on them: they leave the slip. */
  readonly taken: (selections: readonly string[]) => void;
  /** That bet was not placed after all: they are on the slip again. */
  readonly restore: (picks: readonly Picked[]) => void;
  /** Takes everything off the slip. */
  readonly empty: () => void;
  /** Makes what the page has picked the customer's own: it stays, at the odds that are shown. */
  readonly choose: () => void;
  /** Accepts the present odds of what is picked. */
  readonly accept: () => void;
  /** Shows selections as the answer to a bet says that they stand. */
  readonly reprice: (selections: readonly Repriced[]) => void;
  readonly showMore: () => void;
  /** Reads and follows anew, because what is shown is in doubt. */
  readonly refresh: () => void;
}

/** The sources of events. */
export interface Graph {
  readonly ask: Ask;
  /** Opens subscriptions to prices. */
  readonly live: ConnectLive;
}

const NOTHING_ASKED = { brand: '', opened: '', hasOpened: false, picked: '', hasPicked: false };

/**
 * Returns the events of a brand. Remount it (with a React key) for another one.
 *
 * @param opened the event whose further markets are shown
 * @param pageSize how many events are listed at first, and more each time
 */
export function useBoard(
  { ask, live }: Graph,
  brand: string,
  filter: Filter,
  opened: string | null,
  pageSize: number,
  remembered: readonly PickedIds[],
): BoardControls {
  const [board, tell] = useReducer(reduceBoard, remembered, boardAtStart);
  const poller = useRef<EventPoller | null>(null);
  const prices = useRef<LivePrices | null>(null);
  const shown = useRef(board);
  const listing = JSON.stringify([filter, pageSize]);
  const onSlip = eventsOnSlip(board).join(' ');
  const asked = useRef<Omit<SportsEventsQueryVariables, 'first'> | null>(null);
  const further = useRef<readonly string[]>([]);
  const listed = useRef({ listing, pages: createListed(pageSize) });

  useEffect(() => {
    shown.current = board;
    // Another filter begins with its first page.
    if (listed.current.listing !== listing) listed.current = { listing, pages: createListed(pageSize) };
    const [picked = '', ...others] = onSlip.split(' ');
    further.current = others;
    asked.current = {
      brand,
      sport: filter.sport || null,
      search: filter.search || null,
      from: filter.from,
      to: filter.to,
      opened: opened ?? '',
      hasOpened: opened !== null,
      picked,
      hasPicked: picked !== '',
    };
  });

  useEffect(() => {
    if (brand === '') return;
    const parts = {
      isVisible: () => document.visibilityState === 'visible',
      now: Date.now,
      random: Math.random,
    };
    const polled = createEventPoller({
      ...parts,
      read: async (signal) => {
        const variables = { ...(asked.current ?? NOTHING_ASKED), first: listed.current.pages.count() };
        const options = { token: null, signal };
        const [answer, others] = await Promise.all([ask(SportsEvents, variables, options), readFurther(ask, brand, further.current, options)]);
        return withFurther(answer, others);
      },
      tell,
      isFollowed: () => isFollowed(shown.current),
    });
    const followed = createLivePrices({
      ...parts,
      connect: (ids, listener, after) => live(EventPrices, { brand, ids }, () => null, positioned(listener), after),
      tell(event: BoardEvent) {
        tell(event);
        if (event.type === 'unfollowed') polled.discard();
      },
    });
    poller.current = polled;
    prices.current = followed;
    const changed = () => {
      polled.visibilityChanged();
      followed.visibilityChanged();
    };
    document.addEventListener('visibilitychange', changed);
    const unheard = whenBackOnline(() => {
      polled.visibilityChanged();
      followed.reconnected();
    });
    return () => {
      unheard();
      document.removeEventListener('visibilitychange', changed);
      polled.stop();
      followed.stop();
      poller.current = null;
      prices.current = null;
    };
  }, [ask, live, brand]);

  // What is on the slip and what is opened come first, since there may be too many.
  const ids = [onSlip, board.opened?.id, ...board.events.map(({ id }) => id)].filter(Boolean).join(' ');
  const isRead = board.presentAt !== null;
  useEffect(() => {
    if (isRead) prices.current?.follow(ids === '' ? [] : ids.split(' '));
  }, [ask, live, brand, isRead, ids]);

  const { moves } = board;
  useEffect(() => {
    if (moves.size === 0) return;
    const age = setTimeout(() => tell({ type: 'aged', at: Date.now() }), MOVED_MS);
    return () => clearTimeout(age);
  }, [moves]);

  // Also the first read.
  useEffect(() => poller.current?.refresh(), [ask, live, brand, listing, opened]);

  const { next } = board;
  const showMore = useCallback(() => {
    if (next === null || asked.current === null) return;
    const { pages } = listed.current;
    const first = pages.begin();
    if (first === null) return;
    const variables = { ...asked.current, first, after: next, hasOpened: false, hasPicked: false };
    ask(SportsEvents, variables, { token: null, signal: AbortSignal.timeout(GIVE_UP_MS) }).then(
      (answer) => {
        pages.end(answer.data?.events?.nodes.length ?? 0);
        if (listed.current.pages !== pages) return;
        tell({ type: 'read-more', answer });
        // A read that is on its way has fewer events.
        poller.current?.refresh();
      },
      () => {
        pages.end(0);
        tell({ type: 'failed' });
      },
    );
  }, [ask, next]);

  return {
    board,
    pick: useCallback((selection: string) => tell({ type: 'picked', selection }), []),
    remove: useCallback((selection: string) => tell({ type: 'removed', selection }), []),
    taken: useCallback((selections: readonly string[]) => tell({ type: 'taken', selections }), []),
    restore: useCallback((picks: readonly Picked[]) => tell({ type: 'restored', picks }), []),
    empty: useCallback(() => tell({ type: 'emptied' }), []),
    reprice: useCallback((selections: readonly Repriced[]) => tell({ type: 'repriced', selections }), []),
    choose: useCallback(() => tell({ type: 'chosen' }), []),
    accept: useCallback(() => tell({ type: 'accepted' }), []),
    showMore,
    refresh: useCallback(() => {
      prices.current?.renew();
      poller.current?.refresh();
    }, []),
  };
}

/** The events of what is on the slip, or was before a reload, each once. */
function eventsOnSlip({ picks, remembered }: Board): readonly string[] {
  return [...new Set([...picks.map(({ offer }) => offer.event.id), ...remembered.map(({ event }) => event)])].slice(0, MAX_PICKS);
}

/** The field's own position, which any gateway passes on. */
function positioned({ update, ...listener }: LiveListener<EventPricesSubscription>): LiveListener<EventPricesSubscription> {
  return {
    ...listener,
    update: (answer) => update(answer.data === null ? answer : { ...answer, position: answer.data.eventsUpdated.position }),
  };
}
