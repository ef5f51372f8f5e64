/** Shows customers who come back from a processor's page, or whose request has no answer, how it stands. */
import type { Session } from '@furlong/client';
import { useEffect } from 'react';

import { storageOfTab } from '../../session/remembered';
import { type AskedBook, takeAway } from './asked';
import { DIRECTIONS } from './payments';

/** Calls `onReturn` when the page is shown to a customer who was away; it must stay the same function. */
export function useReturning({ brand, customer }: Omit<Session, 'token'>, asked: AskedBook, onReturn: () => void): void {
  useEffect(() => {
    if (customer === null) return;
    const wasAway = () => takeAway(storageOfTab(), `${brand}:${customer}`);
    if (wasAway() || DIRECTIONS.some((direction) => asked.of(direction)?.paymentId === null)) onReturn();
    // The browser may show the page as it was left, without loading it again.
    const shown = () => {
      if (wasAway()) onReturn();
    };
    window.addEventListener('pageshow', shown);
    return () => window.removeEventListener('pageshow', shown);
  }, [brand, customer, asked, onReturn]);
}
