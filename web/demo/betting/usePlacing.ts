/** Connects the placing of bets to React: what a customer has asked for, and what became of it. */
import { type Ask, type ConnectLive, createLiveLoop, type Session } from '@furlong/client';
import { whenBackOnline } from '@furlong/club';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { BetChanges, type BetChangesSubscription } from '../generated/operations';
import { sleep } from '../money/useMoney';
import { bookOfBets } from '../session/remembered';
import { createPlacer, isOver, type Placed, type Placer, type Placing } from './placer';
import type { BetRequest } from './request';
import { sendBet } from './sending';

export interface PlacingControls {
  /** Oldest first. */
  readonly placings: readonly Placing[];
  readonly place: (request: BetRequest) => Promise<Placed | null>;
  readonly forgetRefused: () => void;
  readonly askAgain: (key: string) => void;
  /** No longer shows those whose end is known. */
  readonly dismiss: () => void;
}

interface Graph {
  readonly ask: Ask;
  readonly live: ConnectLive;
}

/** Returns the bets that a session is placing. Remount it (with a React key) for another customer. */
export function usePlacing({ ask, live }: Graph, session: Session): PlacingControls {
  const { brand, customer } = session;
  const [placings, tell] = useState<readonly Placing[]>([]);
  const book = useMemo(() => bookOfBets({ brand, customer }), [brand, customer]);
  const token = useRef(session.token);
  const placer = useRef<Placer | null>(null);

  useEffect(() => {
    const isNew = token.current !== session.token;
    token.current = session.token;
    // An answer may be missing because the old token was refused.
    if (isNew) placer.current?.askAll();
  }, [session.token]);

  useEffect(() => {
    if (customer === null) return;
    const created = createPlacer({
      send: (asked) => sendBet(asked, { ask, token: token.current, brand, sleep }),
      book,
      tell,
      now: () => Date.now(),
      random: () => Math.random(),
    });
    placer.current = created;
    const unheard = whenBackOnline(() => created.askAll());
    return () => {
      unheard();
      created.stop();
      placer.current = null;
    };
  }, [ask, brand, customer, book]);

  const isOpen = placings.some((placing) => !isOver(placing));
  useEffect(() => {
    if (!isOpen) return;
    const loop = createLiveLoop<BetChangesSubscription>({
      connect: (listener) => live(BetChanges, { brand }, () => token.current, listener),
      updated({ data }) {
        if (data !== null) placer.current?.heard(data.betUpdated);
      },
      // What ended meanwhile is told by nobody.
      down: () => placer.current?.askAll(),
      random: () => Math.random(),
    });
    loop.start();
    return () => loop.stop();
  }, [live, brand, isOpen]);

  return {
    placings,
    place: useCallback((request: BetRequest) => placer.current?.place(request) ?? Promise.resolve(null), []),
    forgetRefused: useCallback(() => placer.current?.forgetRefused(), []),
    askAgain: useCallback((key: string) => placer.current?.askAgain(key), []),
    dismiss: useCallback(() => placer.current?.dismiss(), []),
  };
}
