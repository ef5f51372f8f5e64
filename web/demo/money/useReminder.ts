/** Connects reminders of a session's time to React. */
import { useCallback, useEffect, useMemo, useState } from 'react';

import { storageOfTab } from '../session/remembered';
import { type Reminded, remindedAfter, rememberedReminder, rememberReminder, sessionTime } from './reminders';
import type { MoneyState } from './wallet';

const TICK_MS = 5_000;

export interface ReminderControls {
  /** How long the session has lasted, if a reminder of it is due; else null. */
  readonly minutes: number | null;
  readonly answer: () => void;
}

interface Known extends Reminded {
  readonly about: string;
}

export function useReminder(state: MoneyState): ReminderControls {
  const { about } = state;
  const [ticked, setTicked] = useState(() => performance.now());
  const [known, setKnown] = useState<Known | null>(null);
  const stored = useMemo(() => rememberedReminder(storageOfTab(), about), [about]);

  useEffect(() => {
    const ticking = setInterval(() => setTicked(performance.now()), TICK_MS);
    return () => clearInterval(ticking);
  }, []);

  // What was read since the last tick is newer than it.
  const time = sessionTime(state, Math.max(ticked, state.readAt));
  const before = known?.about === about ? known : stored;
  const reminded = time === null ? null : remindedAfter(before, time);
  const isNew = reminded !== null && (known?.about !== about || known.interval !== reminded.interval || known.count !== reminded.count);
  if (isNew) setKnown({ about, ...reminded });

  useEffect(() => {
    if (known !== null) rememberReminder(storageOfTab(), known.about, { interval: known.interval, count: known.count });
  }, [known]);

  const due = time !== null && reminded !== null && time.count > reminded.count;
  const [dueInterval, dueCount] = [time?.interval ?? 0, time?.count ?? 0];
  const answer = useCallback(() => {
    if (due) setKnown({ about, interval: dueInterval, count: dueCount });
  }, [about, due, dueInterval, dueCount]);

  return { minutes: due ? time.minutes : null, answer };
}
