/** Connects the bets of a customer to React: pages that are read, and changes that are told. */
import { type Ask, type ConnectLive, createLiveLoop, type Session, Unreached } from '@furlong/client';
import { whenBackOnline } from '@furlong/club';
import { useCallback, useEffect, useReducer, useRef } from 'react';

import { BetChanges, type BetChangesSubscription, Bets } from '../../generated/operations';
import { GIVE_UP_MS } from '../../money/feed';
import { type BetList, type BetPage, NO_BETS, PAGE, reduceBetList } from './betList';

export interface BetListControls {
  readonly list: BetList;
  readonly showMore: () => void;
  /** Reads the newest page again. */
  readonly retry: () => void;
}

const NO_SUCH_FIELD = 'GRAPHQL_VALIDATION_FAILED';

/** Returns the bets of a customer. Remount it (with a React key) for another one. */
export function useBetList(ask: Ask, live: ConnectLive, session: Session): BetListControls {
  const { brand, token } = session;
  const [list, tell] = useReducer(reduceBetList, NO_BETS);
  const newest = useRef<AbortController | null>(null);
  const lastToken = useRef(token);

  const read = useCallback(
    async (after: string | null, signal: AbortSignal): Promise<BetPage | 'failed' | 'missing'> => {
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(GIVE_UP_MS)]);
        const { data } = await ask(Bets, { brand, first: PAGE, after }, { token, signal: limit });
        return data?.bets ?? 'failed';
      } catch (error) {
        return error instanceof Unreached && error.code === NO_SUCH_FIELD ? 'missing' : 'failed';
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
      if (!mine.signal.aborted) tell(typeof page === 'string' ? { type: page } : { type: 'read-newest', page });
    });
  }, [read]);

  useEffect(() => {
    if (token === null) return;
    readNewest();
    return () => newest.current?.abort();
  }, [readNewest, token]);

  useEffect(() => {
    lastToken.current = token;
  }, [token]);

  const isSignedIn = token !== null;
  const again = useRef(readNewest);
  useEffect(() => {
    again.current = readNewest;
  }, [readNewest]);
  useEffect(() => (isSignedIn ? whenBackOnline(() => again.current()) : undefined), [isSignedIn]);

  useEffect(() => {
    if (!isSignedIn) return;
    const loop = createLiveLoop<BetChangesSubscription>({
      connect: (listener) => live(BetChanges, { brand }, () => lastToken.current, listener),
      updated: ({ data }) => data !== null && tell({ type: 'told', bet: data.betUpdated }),
      // What changed meanwhile is told by nobody.
      down: (ending) => ending !== 'unsupported' && again.current(),
      random: () => Math.random(),
    });
    loop.start();
    return () => loop.stop();
  }, [live, brand, isSignedIn]);

  const { next, isReading } = list;
  const showMore = useCallback(() => {
    if (next === null || isReading) return;
    tell({ type: 'asked' });
    void read(next, new AbortController().signal).then((page) => tell(typeof page === 'string' ? { type: page } : { type: 'read-more', page }));
  }, [read, next, isReading]);

  return { list, showMore, retry: readNewest };
}
