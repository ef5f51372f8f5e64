/** Connects the history of a customer's money to React: its newest page, read again when the money changes. */
import type { Ask, Session } from '@furlong/client';
import { useCallback, useEffect, useReducer, useRef } from 'react';

import { MoneyHistory } from '../../generated/operations';
import { GIVE_UP_MS } from '../feed';
import { type History, type HistoryPage, NO_HISTORY, PAGE, reduceHistory } from './history';

export interface HistoryControls {
  readonly history: History;
  readonly showMore: () => void;
  /** Reads the newest page again. */
  readonly retry: () => void;
}

/**
 * Returns the history of a customer. Remount it (with a React key) for another one.
 *
 * @param occasion changes when the newest page may have
 */
export function useHistory(ask: Ask, { brand, token }: Session, occasion: string): HistoryControls {
  const [history, tell] = useReducer(reduceHistory, NO_HISTORY);
  const newest = useRef<AbortController | null>(null);

  const read = useCallback(
    async (after: string | null, signal: AbortSignal): Promise<HistoryPage | null> => {
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(GIVE_UP_MS)]);
        const { data } = await ask(MoneyHistory, { brand, first: PAGE, after }, { token, signal: limit });
        return data?.wallet?.transactions ?? null;
      } catch {
        // Whatever was the reason, there is no page, and the customer may try again.
        return null;
      }
    },
    [ask, brand, token],
  );

  const readNewest = useCallback(() => {
    newest.current?.abort();
    const mine = new AbortController();
    newest.current = mine;
    tell({ type: 'asked' });
    void read(null, mine.signal).then((page) => {
      if (mine.signal.aborted) return;
      tell(page === null ? { type: 'failed' } : { type: 'read-newest', page });
    });
  }, [read]);

  useEffect(() => {
    readNewest();
    return () => newest.current?.abort();
  }, [readNewest, occasion]);

  const { next, isReading } = history;
  const showMore = useCallback(() => {
    if (next === null || isReading) return;
    tell({ type: 'asked' });
    void read(next, new AbortController().signal).then((page) => tell(page === null ? { type: 'failed' } : { type: 'read-more', page }));
  }, [read, next, isReading]);

  return { history, showMore, retry: readNewest };
}
