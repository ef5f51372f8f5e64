/** Connects the ways to pay to React: read when the panel shows them, and again when the wallet changes. */
import type { Ask, Session } from '@furlong/client';
import { useCallback, useEffect, useRef, useState } from 'react';

import { PaymentMethods } from '../../generated/operations';
import { GIVE_UP_MS } from '../feed';
import type { Direction, Method } from './payments';

/** Of each direction; null where payments are the operator's. */
export type Methods = Readonly<Record<Direction, readonly Method[] | null>>;

export interface MethodControls {
  /** Null until they were read. */
  readonly methods: Methods | null;
  /** Whether they could not be read, and were never known. */
  readonly hasFailed: boolean;
  readonly read: () => void;
  /** Takes what an answer says of withdrawals. */
  readonly withdrawBy: (methods: readonly Method[]) => void;
}

/**
 * Returns the ways to pay of a customer. Remount it (with a React key) for another one.
 *
 * @param occasion changes when they may have
 */
export function useMethods(ask: Ask, { brand, token }: Session, occasion: string): MethodControls {
  const [methods, setMethods] = useState<Methods | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const newest = useRef<AbortController | null>(null);

  const read = useCallback(() => {
    newest.current?.abort();
    const mine = new AbortController();
    newest.current = mine;
    void readMethods(ask, { brand, token }, mine.signal).then((found) => {
      if (mine.signal.aborted) return;
      setFailed(found === null);
      if (found !== null) setMethods(found);
    });
  }, [ask, brand, token]);

  useEffect(() => {
    read();
    return () => newest.current?.abort();
  }, [read, occasion]);

  const withdrawBy = useCallback((found: readonly Method[]) => setMethods((known) => ({ DEPOSIT: known?.DEPOSIT ?? null, WITHDRAWAL: found })), []);
  return { methods, hasFailed: hasFailed && methods === null, read, withdrawBy };
}

/** Null if they cannot be read. */
async function readMethods(ask: Ask, { brand, token }: Omit<Session, 'customer'>, signal: AbortSignal): Promise<Methods | null> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(GIVE_UP_MS)]);
    const { data, faults } = await ask(PaymentMethods, { brand }, { token, signal: limit });
    if (data === null || faults.length > 0) return null;
    return { DEPOSIT: data.deposit, WITHDRAWAL: data.withdraw };
  } catch {
    // Whatever was the reason, they are not known, and the customer may try again.
    return null;
  }
}
