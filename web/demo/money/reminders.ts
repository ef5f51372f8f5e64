/** Reminders of how long a customer has been signed in, at the interval that the customer chose. */
import type { KeyStorage } from '@furlong/client';

import { limitOfKind } from './limits/limits';
import type { MoneyState } from './wallet';

const MINUTE_MS = 60_000;
const NAME = 'furlong:demo-reminded:';

/** How long a session has lasted, and how many reminders were due in it. */
export interface SessionTime {
  /** The interval; 0 without a limit of sessions. */
  readonly interval: number;
  readonly minutes: number;
  readonly count: number;
}

/** The session's time now, by what the wallet said and the time since; null while it is not known. */
export function sessionTime({ wallet, readAt }: MoneyState, now: number): SessionTime | null {
  if (wallet === null) return null;
  const limit = limitOfKind(wallet.limits, 'SESSION_MINUTES');
  const interval = limit?.minutes ?? 0;
  if (limit === undefined || interval < 1 || limit.usedMinutes === null) return { interval: 0, minutes: 0, count: 0 };
  const minutes = limit.usedMinutes + Math.floor(Math.max(now - readAt, 0) / MINUTE_MS);
  return { interval, minutes, count: Math.floor(minutes / interval) };
}

/** What was reminded of: up to which count at which interval. */
export type Reminded = Pick<SessionTime, 'interval' | 'count'>;

/**
 * What counts as reminded once a session's time is seen, so that a reminder is shown when its count grows.
 *
 * Another interval begins with the next reminder, as a new session does, in which less time has passed.
 */
export function remindedAfter(reminded: Reminded | null, { interval, count }: SessionTime): Reminded {
  if (reminded === null) return { interval, count: 0 };
  if (reminded.interval !== interval) return { interval, count };
  return { interval, count: Math.min(reminded.count, count) };
}

/** What this tab has reminded a customer of; null if nothing is stored. */
export function rememberedReminder(storage: KeyStorage | null, about: string): Reminded | null {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(`${NAME}${about}`) ?? 'null');
    return isReminded(stored) ? stored : null;
  } catch {
    // Forbidden by the browser, or written by something else.
    return null;
  }
}

export function rememberReminder(storage: KeyStorage | null, about: string, reminded: Reminded): void {
  try {
    storage?.setItem(`${NAME}${about}`, JSON.stringify(reminded));
  } catch {
    // Forbidden by the browser: a reload reminds again.
  }
}

function isReminded(stored: unknown): stored is Reminded {
  return (
    typeof stored === 'object' &&
    stored !== null &&
    'interval' in stored &&
    typeof stored.interval === 'number' &&
    'count' in stored &&
    typeof stored.count === 'number'
  );
}
