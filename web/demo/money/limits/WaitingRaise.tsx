/** A raise that was asked for: from when it can be confirmed, when it lapses, and the buttons that end the wait. */
import { useLocale } from '@furlong/club';
import { useId } from 'react';

import type { SettableKind } from '../change';
import type { Sending } from '../useSending';
import { momentInWords, moneyWords, valueInWords } from '../words';
import type { Raise } from './limits';

interface WaitingRaiseProps {
  readonly kind: SettableKind;
  readonly raise: Raise;
  /** What holds until it is confirmed. */
  readonly present: number;
  readonly currency: string;
  readonly sending: Sending;
  readonly onSend: (amount: number | null, done: string, confirms?: boolean) => Promise<void>;
}

export function WaitingRaise({ kind, raise, present, currency, sending, onSend }: WaitingRaiseProps) {
  const id = useId();
  const locale = useLocale();
  const words = moneyWords(locale);
  const { to, from, until, canBeConfirmed } = raise;
  const inWords = (value: number) => valueInWords(kind, value, currency, locale);
  const value = to === null ? '' : inWords(to);
  const moment = momentInWords(from, locale);
  const waits = to === null ? words.removalWaits : words.raiseWaits;
  const isDue = to === null ? words.removalDue : words.raiseDue;

  function confirm(): void {
    if (canBeConfirmed) void onSend(to, to === null ? words.done.removed : locale.fill(words.done.confirmed, { value }), true);
  }

  return (
    <div className="raise" data-testid="raise" data-due={canBeConfirmed}>
      <p id={id}>
        {locale.fill(canBeConfirmed ? isDue : waits, { value, moment })}{' '}
        {until !== null && locale.fill(words.lapses, { moment: momentInWords(until, locale) })}
      </p>
      <div className="money-buttons">
        <button
          type="button"
          className="primary"
          data-testid="confirm-raise"
          aria-disabled={!canBeConfirmed || sending.isSending}
          aria-describedby={id}
          onClick={confirm}
        >
          {to === null ? words.confirmRemoval : locale.fill(words.confirm, { value })}
        </button>
        <button
          type="button"
          className="quiet"
          data-testid="keep-limit"
          aria-disabled={sending.isSending}
          onClick={() => void onSend(present, locale.fill(words.done.kept, { value: inWords(present) }))}
        >
          {locale.fill(words.keep, { present: inWords(present) })}
        </button>
      </div>
    </div>
  );
}
