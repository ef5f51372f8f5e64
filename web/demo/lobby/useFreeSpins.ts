/** Connects the free spins of a customer to React: read again when the customer goes to another page, or comes back. */
import { type Ask, type Session, Unreached } from '@furlong/client';
import { useEffect, useMemo, useState } from 'react';

import { FreeSpins as FreeSpinsOperation, type FreeSpinsQuery } from '../generated/operations';
import { GIVE_UP_MS } from '../money/feed';
import { type FreeSpins, freeSpinsOf } from './freeSpins';
import { MAX_GAMES } from './games';

interface Known {
  readonly customer: string;
  readonly answer: FreeSpinsQuery;
}

/**
 * Returns the free spins that may be played now; none while they are not known.
 *
 * @param page another one is a reason to read again; null if there is none with games, and nothing is read
 * @param now in milliseconds, as the product's credits expire
 */
export function useFreeSpins(ask: Ask, { brand, token, customer }: Session, page: string | null, now: number): readonly FreeSpins[] {
  const [known, setKnown] = useState<Known | null>(null);
  const [visits, setVisits] = useState(0);

  useEffect(() => {
    const changed = () => document.visibilityState === 'visible' && setVisits((before) => before + 1);
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, []);

  useEffect(() => {
    if (page === null || token === null || customer === null) return;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(GIVE_UP_MS)]);
    ask(FreeSpinsOperation, { brand, games: MAX_GAMES }, { token, signal }).then(
      ({ data }) => data !== null && setKnown({ customer, answer: data }),
      (error: unknown) => {
        // Without an answer, and in a graph without games, what is known stays.
        if (!signal.aborted && !(error instanceof Unreached)) throw error;
      },
    );
    return () => controller.abort();
  }, [ask, brand, token, customer, page, visits]);

  return useMemo(() => (known !== null && known.customer === customer ? freeSpinsOf(known.answer, now) : []), [known, customer, now]);
}
