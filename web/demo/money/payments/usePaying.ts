/** One deposit or withdrawal from the button to its answer, asked for once whatever happens between. */
import { useLocale } from '@furlong/club';
import { useEffect, useRef, useState } from 'react';

import { storageOfTab } from '../../session/remembered';
import { type MoneyControls, sleep } from '../useMoney';
import type { Wallet } from '../wallet';
import { moneyWords } from '../words';
import { type Asked, rememberAway, type Request, unansweredOf } from './asked';
import { type Direction, isPage, isUndecided, standingOf } from './payments';
import { paymentInWords, refusalInWords } from './paymentWords';
import { type PaymentOutcome, sendPayment } from './sending';

export interface Paying {
  readonly isSending: boolean;
  /** The processor's page, while the browser goes there; null if it does not. */
  readonly leavingTo: string | null;
  /** The request that nobody has answered. */
  readonly unanswered: Asked | null;
  /** Why there is no payment; '' if that is not so. */
  readonly refused: string;
  readonly pay: (wanted: Request) => void;
  /** Asks again for what had no answer, under its key. */
  readonly askAgain: () => void;
}

/** @param onListed called when a payment is listed, and nothing remains to be done here */
export function usePaying(direction: Direction, money: MoneyControls, wallet: Wallet, onListed: () => void): Paying {
  const words = moneyWords(useLocale());
  const { asked: book, session, ask, refresh } = money;
  const isBusy = useRef(false);
  const [isSending, setSending] = useState(false);
  const [leavingTo, setLeavingTo] = useState<string | null>(null);
  const [refused, setRefused] = useState('');
  const [unanswered, setUnanswered] = useState(() => unansweredOf(book.of(direction)));

  useEffect(() => {
    // The browser shows the page as the customer has left it.
    function shown({ persisted }: PageTransitionEvent): void {
      if (!persisted) return;
      isBusy.current = false;
      setLeavingTo(null);
      refresh();
    }
    window.addEventListener('pageshow', shown);
    return () => window.removeEventListener('pageshow', shown);
  }, [refresh]);

  async function send(asked: Asked): Promise<void> {
    // Two presses of one moment come before anything is drawn again.
    if (isBusy.current) return;
    isBusy.current = true;
    setSending(true);
    setRefused('');
    const outcome = await sendPayment(asked, { ask, token: session.token, brand: session.brand, sleep });
    setSending(false);
    isBusy.current = take(outcome, asked);
  }

  /** Takes an answer; true if the browser leaves the page. */
  function take(outcome: PaymentOutcome, asked: Asked): boolean {
    switch (outcome.kind) {
      case 'answered':
        return taken(outcome, asked);
      case 'refused':
        book.settle(direction);
        setUnanswered(null);
        setRefused(refusalInWords(outcome.code, words));
        refresh();
        return false;
      case 'unknown':
        setUnanswered(asked);
        refresh();
        return false;
      case 'signed-out':
        setUnanswered(unansweredOf(asked));
        setRefused(words.refused.UNAUTHENTICATED);
        return false;
    }
  }

  function taken({ payment }: Extract<PaymentOutcome, { kind: 'answered' }>, asked: Asked): boolean {
    setUnanswered(null);
    if (isUndecided(payment)) book.answered(asked, payment.id);
    else book.settle(direction);
    money.paid(payment);
    if (standingOf(payment) === 'refused') {
      setRefused(paymentInWords(payment, words));
      return false;
    }
    if (payment.url === null || !isPage(payment.url)) {
      onListed();
      return false;
    }
    setLeavingTo(payment.url);
    rememberAway(storageOfTab(), money.state.about);
    window.location.assign(payment.url);
    return true;
  }

  function pay(wanted: Request): void {
    if (isBusy.current) return;
    const isOpen = (paymentId: string) => wallet.payments.some((payment) => payment.id === paymentId && isUndecided(payment));
    void send(book.claim(wanted, isOpen));
  }

  return { isSending, leavingTo, unanswered, refused, pay, askAgain: () => unanswered !== null && void send(unanswered) };
}
