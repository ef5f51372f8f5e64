/** Ages in words. */

/** How long ago an instant was, such as `3 min`; a dash if there is none. */
export function age(at: string | null | undefined, now = Date.now()): string {
  if (at === null || at === undefined) return '–';
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
