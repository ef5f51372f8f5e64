/** Counts the seconds that a bet waits. */
import type { Locale } from '@furlong/club';
import { useEffect, useState } from 'react';

import type { Delay } from './placer';

export const SECOND_MS = 1_000;
/** How long after the delay the answer may be on its way, before the bet is said to be confirmed later. */
export const ON_ITS_WAY_MS = 2_000;

export function secondsOf(milliseconds: number): number {
  return Math.max(0, Math.ceil(milliseconds / SECOND_MS));
}

export function secondsInWords(seconds: number, { tag }: Pick<Locale, 'tag'>): string {
  return new Intl.NumberFormat(tag, { style: 'unit', unit: 'second', unitDisplay: 'narrow' }).format(seconds);
}

/** Returns the seconds that are left, 0 a moment longer; null without a delay, and after that. */
export function useSecondsLeft(delay: Delay | null): number | null {
  const [now, setNow] = useState(() => Date.now());
  // The last tick may be long ago.
  const left = (delay?.untilMs ?? 0) - Math.max(now, delay?.heardMs ?? 0);
  const isOver = delay === null || left <= -ON_ITS_WAY_MS;
  useEffect(() => {
    if (isOver) return;
    // Until the next whole second, whatever the browser has put off.
    const wait = left > 0 ? left % SECOND_MS || SECOND_MS : ON_ITS_WAY_MS + left;
    const tick = setTimeout(() => setNow(Date.now()), wait);
    return () => clearTimeout(tick);
  }, [isOver, left]);
  return isOver ? null : secondsOf(left);
}
