/** Deposits and withdrawals: the buttons and forms that ask for them, and how those on their way stand. */
import { useLocale } from '@furlong/club';
import { useEffect, useRef, useState } from 'react';

import { storageOfTab } from '../../session/remembered';
import type { Part } from '../parts';
import type { MoneyControls } from '../useMoney';
import type { Wallet } from '../wallet';
import { moneyWords } from '../words';
import { rememberAway, unansweredOf } from './asked';
import { PaymentList } from './PaymentList';
import { PaymentSection } from './PaymentSection';
import { type Direction, DIRECTIONS } from './payments';
import { type Methods, useMethods } from './useMethods';

interface PaymentsPartProps {
  readonly money: MoneyControls;
  readonly wallet: Wallet;
  readonly now: number;
  /** Changes when the ways to pay may have. */
  readonly occasion: string;
  readonly onPart: (part: Part) => void;
}

export function PaymentsPart({ money, wallet, now, occasion, onPart }: PaymentsPartProps) {
  const words = moneyWords(useLocale());
  const { methods, hasFailed, read, withdrawBy } = useMethods(money.ask, money.session, occasion);
  const [open, setOpen] = useState(() => DIRECTIONS.find((direction) => unansweredOf(money.asked.of(direction)) !== null) ?? null);
  const title = useRef<HTMLHeadingElement>(null);
  const isListed = useRef(false);

  useEffect(() => {
    // The list may be there only since the payment that was asked for.
    if (isListed.current) title.current?.focus();
    isListed.current = false;
  }, [open]);

  if (methods?.DEPOSIT === null && methods.WITHDRAWAL === null) return null;

  function close(): void {
    isListed.current = true;
    setOpen(null);
  }

  return (
    <>
      <div className="money-buttons">
        {methods !== null &&
          DIRECTIONS.filter((direction) => isOffered(direction, methods, wallet)).map((direction) => (
            <button
              key={direction}
              type="button"
              className="quiet"
              data-testid={OPENS[direction]}
              aria-expanded={direction === open}
              onClick={() => setOpen(direction === open ? null : direction)}
            >
              {words.payments.open[direction]}
            </button>
          ))}
      </div>
      {hasFailed && (
        <div className="money-warning" role="status" data-testid="methods-unreached">
          <p>{words.payments.unreached}</p>
          <button type="button" className="quiet" data-testid="retry-methods" onClick={read}>
            {words.retry}
          </button>
        </div>
      )}
      {open !== null && methods !== null && (
        <PaymentSection
          key={open}
          direction={open}
          methods={methods[open] ?? []}
          money={money}
          wallet={wallet}
          now={now}
          onMethods={withdrawBy}
          onListed={close}
          onPart={onPart}
        />
      )}
      <PaymentList
        payments={wallet.payments}
        unanswered={DIRECTIONS.flatMap((direction) => unansweredOf(money.asked.of(direction)) ?? [])}
        title={title}
        onLeave={() => rememberAway(storageOfTab(), money.state.about)}
      />
    </>
  );
}

const OPENS: Readonly<Record<Direction, string>> = { DEPOSIT: 'open-deposit', WITHDRAWAL: 'open-withdrawal' };

/** Whoever can deposit sees that they can withdraw, also while there is nothing to withdraw. */
function isOffered(direction: Direction, methods: Methods, { canAddBankAccount }: Wallet): boolean {
  const hasAny = (each: Direction) => (methods[each]?.length ?? 0) > 0;
  return hasAny(direction) || (direction === 'WITHDRAWAL' && methods.WITHDRAWAL !== null && (canAddBankAccount || hasAny('DEPOSIT')));
}
