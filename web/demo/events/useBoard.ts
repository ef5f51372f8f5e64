/** Connects the events of a brand to React: what is shown, polled while the page is seen. */
import type { Ask } from '@furlong/client';
import { useCallback, useEffect, useReducer, useRef } from 'react';

import { type Board, boardAtStart, reduceBoard } from './board';
import { SportsEvents, type SportsEventsQueryVariables } from './generated/operations';
import { createListed } from './listed';
import type { PickedIds } from './picked';
import { createEventPoller, type EventPoller, GIVE_UP_MS } from './poller';

/** What narrows the list; empty strings and null narrow nothing. */
export interface Filter {
  readonly search: string;
  readonly sport: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface BoardControls {
  readonly board: Board;
  readonly pick: (selection: string) => void;
  /** Makes what the page has picked the customer's own: it stays, at the odds that are shown. */
  readonly choose: () => void;
  /** Accepts the present odds of what is picked. */
  readonly accept: () => void;
  readonly showMore: () => void;
  readonly refresh: () => void;
}

const NOTHING_ASKED = { brand: '', opened: '', hasOpened: false, picked: '', hasPicked: false };

/**
 * Returns the events of a brand. Remount it (with a React key) for another one.
 *
 * @param opened the event whose further markets are shown
 * @param pageSize how many events are listed at first, and more each time
 */
export function useBoard(
  ask: Ask,
  brand: string,
  filter: Filter,
  opened: string | null,
  pageSize: number,
  remembered: PickedIds | null,
): BoardControls {
  const [board, tell] = useReducer(reduceBoard, remembered, boardAtStart);
  const poller = useRef<EventPoller | null>(null);
  const listing = JSON.stringify([filter, pageSize]);
  const picked = board.picked?.offer.event.id ?? board.remembered?.event ?? null;
  const asked = useRef<Omit<SportsEventsQueryVariables, 'first'> | null>(null);
  const listed = useRef({ listing, pages: createListed(pageSize) });

  useEffect(() => {
    // Another filter begins with its first page.
    if (listed.current.listing !== listing) listed.current = { listing, pages: createListed(pageSize) };
    asked.current = {
      brand,
      sport: filter.sport || null,
      search: filter.search || null,
      from: filter.from,
      to: filter.to,
      opened: opened ?? '',
      hasOpened: opened !== null,
      picked: picked ?? '',
      hasPicked: picked !== null,
    };
  });

  useEffect(() => {
    if (brand === '') return;
    const created = createEventPoller({
      read: (signal) => {
        const variables = asked.current ?? NOTHING_ASKED;
        return ask(SportsEvents, { ...variables, first: listed.current.pages.count() }, { token: null, signal });
      },
      tell,
      isVisible: () => document.visibilityState === 'visible',
      random: Math.random,
    });
    poller.current = created;
    const changed = () => created.visibilityChanged();
    document.addEventListener('visibilitychange', changed);
    return () => {
      document.removeEventListener('visibilitychange', changed);
      created.stop();
      poller.current = null;
    };
  }, [ask, brand]);

  // Also the first read.
  useEffect(() => poller.current?.refresh(), [ask, brand, listing, opened]);

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
    choose: useCallback(() => tell({ type: 'chosen' }), []),
    accept: useCallback(() => tell({ type: 'accepted' }), []),
    showMore,
    refresh: useCallback(() => poller.current?.refresh(), []),
  };
}
