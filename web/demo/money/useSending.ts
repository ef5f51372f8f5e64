/** One change of a form: whether it is on its way, and what became of it. */
import { useLocale } from '@furlong/club';
import { useState } from 'react';

import type { MoneyChange, MoneyOutcome } from './change';
import type { MoneyControls } from './useMoney';
import { moneyWords } from './words';

export interface Told {
  readonly text: string;
  readonly isGood: boolean;
  /** What to send again; null if that is not the way. */
  readonly again: MoneyChange | null;
}

export interface Sending {
  readonly isSending: boolean;
  readonly told: Told | null;
  /** Sends a change; true if it was made. `done` is what is then said. */
  readonly send: (change: MoneyChange, done: string) => Promise<boolean>;
  /** Sends what had no answer again, with its key. */
  readonly again: () => Promise<boolean>;
  readonly forget: () => void;
}

/** @param notAllowed what is said if the rules do not allow the change */
export function useSending({ change }: MoneyControls, notAllowed?: string): Sending {
  const words = moneyWords(useLocale());
  const [isSending, setSending] = useState(false);
  const [told, setTold] = useState<(Told & { readonly done: string }) | null>(null);

  async function send(wanted: MoneyChange, done: string): Promise<boolean> {
    if (isSending) return false;
    setSending(true);
    setTold(null);
    const outcome = await change(wanted);
    setSending(false);
    setTold({ ...toldOf(outcome, done), again: outcome.kind === 'unknown' ? wanted : null, done });
    return outcome.kind === 'done';
  }

  function toldOf(outcome: MoneyOutcome, done: string): Pick<Told, 'text' | 'isGood'> {
    switch (outcome.kind) {
      case 'done':
        return { text: done, isGood: true };
      case 'refused':
        return { text: (outcome.code === 'NOT_ALLOWED_HERE' ? notAllowed : undefined) ?? words.refused[outcome.code], isGood: false };
      case 'unknown':
        return { text: words.unknownOutcome, isGood: false };
      case 'signed-out':
        return { text: words.refused.UNAUTHENTICATED, isGood: false };
    }
  }

  return {
    isSending,
    told,
    send,
    again: () => (told?.again ? send(told.again, told.done) : Promise.resolve(false)),
    forget: () => setTold(null),
  };
}
