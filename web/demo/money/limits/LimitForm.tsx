/** The form that sets a limit: the amount, what it would do, and the buttons that do it. */
import { currencySign, type Locale, type ReadAmount, useLocale } from '@furlong/club';
import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react';

import { AmountField } from '../AmountField';
import type { SettableKind } from '../change';
import type { Sending } from '../useSending';
import type { Limit } from '../wallet';
import { moneyWords, valueInWords } from '../words';
import { effectOf, type Raise, readLimit, valueOf } from './limits';

interface LimitFormProps {
  readonly kind: SettableKind;
  readonly limit: Limit | undefined;
  readonly raise: Raise | null;
  readonly currency: string;
  readonly now: number;
  readonly labelledBy: string;
  readonly sending: Sending;
  readonly onSend: (amount: number | null, done: string) => Promise<void>;
}

export function LimitForm({ kind, limit, raise, currency, now, labelledBy, sending, onSend }: LimitFormProps) {
  const id = useId();
  const locale = useLocale();
  const words = moneyWords(locale);
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const read = readLimit(kind, typed, currency, locale.tag);
  const isMinutes = kind === 'SESSION_MINUTES';
  const present = valueOf(limit);
  const effect = read.kind === 'amount' ? effectOf(limit, read.minor, now) : null;
  const isReady = effect !== null && effect !== 'asked' && !sending.isSending;
  const fault = faultOf(read, isMinutes, currency, locale);
  const inWords = (value: number) => valueInWords(kind, value, currency, locale);

  useEffect(() => field.current?.focus(), []);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!isReady || read.kind !== 'amount') return;
    const done = effect === 'raise' ? words.done.raise : locale.fill(words.done.limit, { value: inWords(read.minor) });
    void onSend(read.minor, done);
  }

  const values = {
    value: read.kind === 'amount' ? inWords(read.minor) : '',
    present: present === null ? '' : inWords(present),
  };
  return (
    <form className="limit-form" aria-labelledby={labelledBy} onSubmit={submit} noValidate>
      <div className="stake">
        <label htmlFor={id}>{isMinutes ? words.minutesLabel : words.amount}</label>
        <AmountField
          id={id}
          testid="limit-amount"
          field={field}
          sign={isMinutes ? null : currencySign(currency, locale.tag)}
          typed={typed}
          isFaulty={fault !== null}
          onType={setTyped}
        />
      </div>
      <p className="limit-effect" id={`${id}-help`} aria-live="polite" data-testid="limit-effect">
        {fault !== null && <span className="fault">{fault}</span>}
        {effect !== null && locale.fill(words.effects[effect], values)}
        {read.kind === 'empty' && (isMinutes ? words.enterMinutes : words.enterAmount)}
      </p>
      <div className="money-buttons">
        <button type="submit" className="primary" data-testid="set-limit" aria-disabled={!isReady} aria-describedby={`${id}-help`}>
          {effect === null && words.set}
          {effect !== null && locale.fill(effect === 'raise' || effect === 'asked' ? words.askFor : words.setTo, values)}
        </button>
        {present !== null && raise?.to !== null && (
          <Removal text={locale.fill(words.effectOfRemoving, values)} onRemove={() => void onSend(null, words.done.raise)} />
        )}
      </div>
    </form>
  );
}

/** What removing a limit does, and the button that asks for it. */
function Removal({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) {
  const id = useId();
  const words = moneyWords(useLocale());
  return (
    <>
      <button type="button" className="quiet" data-testid="remove-limit" aria-describedby={id} onClick={onRemove}>
        {words.remove}
      </button>
      <p className="money-help" id={id}>
        {text}
      </p>
    </>
  );
}

function faultOf(read: ReadAmount, isMinutes: boolean, currency: string, locale: Locale): string | null {
  if (read.kind !== 'refused') return null;
  return isMinutes ? moneyWords(locale).enterMinutes : locale.whyRefused(read, currency);
}
