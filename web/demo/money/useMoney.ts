/** Connects a customer's money to React: the wallet as it stands, and what the customer changes. */
import { type Ask, type ConnectLive, freshKey, type Session } from '@furlong/client';
import { whenBackOnline } from '@furlong/club';
import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react';

import { Money, MoneyChanges } from '../generated/operations';
import { keysOfMoney, storageOfTab } from '../session/remembered';
import { type MoneyChange, type MoneyOutcome, sendMoneyChange } from './change';
import { type MoneyFeed, startMoneyFeed } from './feed';
import { type AskedBook, askedBook } from './payments/asked';
import type { Payment } from './payments/payments';
import { moneyAtStart, type MoneyState, reduceMoney } from './wallet';

export interface MoneyControls {
  readonly state: MoneyState;
  readonly session: Session;
  readonly ask: Ask;
  /** Makes a change at most once. */
  readonly change: (change: MoneyChange) => Promise<MoneyOutcome>;
  /** Reads again, because what is shown is in doubt. */
  readonly refresh: () => void;
  /** What the customer has asked for of deposits and withdrawals. */
  readonly asked: AskedBook;
  /** Shows a payment as it was answered, and reads what follows from it. */
  readonly paid: (payment: Payment) => void;
}

interface Graph {
  readonly ask: Ask;
  readonly live: ConnectLive;
}

/** Returns the money of a session, which may become another customer's. */
export function useMoney({ ask, live }: Graph, session: Session): MoneyControls {
  const { brand, customer } = session;
  const about = `${brand}:${customer ?? ''}`;
  const [known, tell] = useReducer(reduceMoney, about, moneyAtStart);
  const token = useRef(session.token);
  const feed = useRef<MoneyFeed | null>(null);
  const keys = useMemo(() => keysOfMoney({ brand, customer }), [brand, customer]);
  const asked = useMemo(() => askedBook(about, storageOfTab(), freshKey), [about]);

  useEffect(() => {
    const isNew = token.current !== session.token;
    token.current = session.token;
    // Reading may have stopped because the old token was refused.
    if (isNew) feed.current?.refresh();
  }, [session.token]);

  useEffect(() => {
    if (customer === null) return;
    const started = startMoneyFeed({
      read: (signal) => ask(Money, { brand }, { token: token.current, signal }),
      connect: (listener) => live(MoneyChanges, { brand }, () => token.current, listener),
      tell: (event) => tell({ ...event, about }),
      isVisible: () => document.visibilityState === 'visible',
      now: () => performance.now(),
      random: () => Math.random(),
    });
    feed.current = started;
    const changed = () => started.visibilityChanged();
    document.addEventListener('visibilitychange', changed);
    const unheard = whenBackOnline(() => started.refresh());
    return () => {
      unheard();
      document.removeEventListener('visibilitychange', changed);
      started.stop();
      feed.current = null;
    };
  }, [ask, live, brand, customer, about]);

  const refresh = useCallback(() => feed.current?.refresh(), []);
  const change = useCallback(
    async (wanted: MoneyChange) => {
      const outcome = await sendMoneyChange(wanted, { ask, token: token.current, keys, sleep });
      const after = 'after' in outcome ? outcome.after : null;
      if (after !== null) tell({ type: 'limited', after, at: performance.now(), about });
      feed.current?.refresh();
      return outcome;
    },
    [ask, keys, about],
  );
  const paid = useCallback(
    (payment: Payment) => {
      tell({ type: 'paid', payment, about });
      feed.current?.refresh();
    },
    [about],
  );

  return { state: known.about === about ? known : moneyAtStart(about), session, ask, change, refresh, asked, paid };
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
