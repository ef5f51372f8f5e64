/** A request that nobody has answered, in the place of the form, so that nothing else is asked for before. */
import { formatMinor, useLocale } from '@furlong/club';
import { useEffect, useRef } from 'react';

import { moneyWords } from '../words';
import type { Asked } from './asked';
import type { Paying } from './usePaying';

interface UnansweredProps {
  readonly asked: Asked;
  readonly paying: Paying;
}

export function Unanswered({ asked: { direction, amountMinor, currency }, paying: { isSending, refused, askAgain } }: UnansweredProps) {
  const locale = useLocale();
  const words = moneyWords(locale);
  const box = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone with the form.
  useEffect(() => box.current?.focus(), []);
  const amount = formatMinor(amountMinor, currency, locale.tag);
  return (
    <div ref={box} tabIndex={-1} className="money-warning" data-testid="payment-unanswered">
      <p role="status">{isSending ? words.sending : locale.fill(words.payments.unanswered[direction], { amount })}</p>
      {refused !== '' && <p>{refused}</p>}
      <button type="button" className="quiet" data-testid="ask-again" aria-disabled={isSending} onClick={askAgain}>
        {words.payments.askAgain}
      </button>
    </div>
  );
}
