/** The days by which events are filtered, in the visitor's zone. */

const DAYS = 7;

/** The beginning and the end of the day so many days after an instant. */
export function dayAfter(now: Date, days: number): { readonly from: string; readonly to: string } {
  const midnight = (offset: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + offset).toISOString();
  return { from: midnight(days), to: midnight(days + 1) };
}

/** The names of the days from an instant on: the words for the first two, then weekdays. */
export function dayNames(now: Date, tag: string, first: readonly string[]): readonly string[] {
  const weekday = new Intl.DateTimeFormat(tag, { weekday: 'long', day: 'numeric', month: 'long' });
  return Array.from({ length: DAYS }, (_, days) => first[days] ?? weekday.format(new Date(dayAfter(now, days).from)));
}
