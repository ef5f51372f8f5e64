/** Ages in words. */
import { WORDS } from '../../words/index.ts';

/** How long ago an instant was, such as `3 min`; a dash if there is none. */
export function age(at: string | null | undefined, now = Date.now()): string {
  if (at === null || at === undefined) return '–';
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 120) return WORDS.common.delaySecondsS({ delaySeconds: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return WORDS.common.min({ value: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? WORDS.operations.hoursH({ hours }) : WORDS.operations.days({ days: Math.round(hours / 24) });
}
