/** The reminder of how long a customer has been signed in, over the page until it is answered. */
import { useLocale } from '@furlong/club';
import { useEffect, useId, useRef } from 'react';

import type { Part } from './parts';
import type { MoneyState } from './wallet';
import { useReminder } from './useReminder';
import { minutesInWords, moneyWords } from './words';

interface ReminderProps {
  readonly state: MoneyState;
  readonly onOpen: (part: Part) => void;
}

export function Reminder({ state, onOpen }: ReminderProps) {
  const id = useId();
  const locale = useLocale();
  const words = moneyWords(locale);
  const dialog = useRef<HTMLDialogElement>(null);
  const { minutes, answer } = useReminder(state);
  const isDue = minutes !== null;

  useEffect(() => {
    if (isDue && dialog.current?.open === false) dialog.current.showModal();
    if (!isDue) dialog.current?.close();
  }, [isDue]);

  function open(part: Part): void {
    answer();
    onOpen(part);
  }

  return (
    <dialog ref={dialog} className="reminder" role="alertdialog" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`} data-testid="reminder" onClose={answer}>
      {minutes !== null && (
        <>
          <h2 id={`${id}-title`}>{words.reminder}</h2>
          <p id={`${id}-text`}>{locale.fill(words.reminderText, { time: minutesInWords(minutes, locale) })}</p>
          <div className="money-buttons">
            <button type="button" className="quiet" data-testid="reminder-go-on" onClick={answer}>
              {words.goOn}
            </button>
            <button type="button" className="quiet" onClick={() => open('history')}>
              {words.seeMoney}
            </button>
            <button type="button" className="quiet" onClick={() => open('breaks')}>
              {words.breakTitle}
            </button>
          </div>
        </>
      )}
    </dialog>
  );
}
