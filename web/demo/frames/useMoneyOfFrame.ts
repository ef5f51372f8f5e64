/** Connects the money of a customer in a frame with the page around it: each tells the other when it has moved. */
import { useEffect, useRef } from 'react';

import { type MoneyControls, useMoney } from '../money/useMoney';
import type { FramedProps } from './framed';

export function useMoneyOfFrame({ ask, live, session, tell, moved }: FramedProps): MoneyControls {
  const money = useMoney({ ask, live }, session);
  const { state, refresh } = money;
  const known = useRef<string | null>(null);
  const balance = state.wallet === null ? null : `${state.about} ${state.wallet.balance.minor} ${state.wallet.bonus.minor}`;

  useEffect(() => {
    if (balance === null) return;
    const before = known.current;
    known.current = balance;
    if (before !== null && before !== balance) tell({ type: 'furlong:money-moved' });
  }, [balance, tell]);

  useEffect(() => {
    if (moved > 0) refresh();
  }, [moved, refresh]);

  return money;
}
