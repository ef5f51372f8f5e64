/** Days and times, written for a locale. */

const NAME = /^(\d{4})-W(\d{2})$/u;
const DAY_MS = 86_400_000;

/** Formats times of one locale; without a zone, in the visitor's. */
export interface Dates {
  /** A day and a time, such as `Sun, 29 March, 23:59`. */
  readonly moment: (iso: string) => string;
  /** A weekday and a time, such as `Wed 14:03`. */
  readonly weekdayTime: (iso: string) => string;
  /** A time of the day. */
  readonly clock: (at: number) => string;
  /** The days of an ISO week such as `2026-W13`, from its name alone, so that no zone can shift them; null for another form. */
  readonly weekDays: (isoWeek: string) => string | null;
}

export function datesFor(tag: string, timeZone: string | undefined): Dates {
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const moment = new Intl.DateTimeFormat(tag, { weekday: 'short', day: 'numeric', month: 'long', ...time, ...zone });
  const weekday = new Intl.DateTimeFormat(tag, { weekday: 'short', ...time, ...zone });
  const clock = new Intl.DateTimeFormat(tag, { ...time, ...zone });
  const days = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'long', timeZone: 'UTC' });
  return {
    moment: (iso) => moment.format(new Date(iso)),
    weekdayTime: (iso) => weekday.format(new Date(iso)),
    clock: (at) => clock.format(at),
    weekDays(isoWeek) {
      const monday = mondayOf(isoWeek);
      return monday === null ? null : days.formatRange(monday, monday + 6 * DAY_MS);
    },
  };
}

/** The number in the name of an ISO week; null for another form. */
export function weekNumber(isoWeek: string): number | null {
  const match = NAME.exec(isoWeek);
  return match === null ? null : Number(match[2]);
}

/** ISO 8601: week 1 is the week with 4 January in it, and weeks begin on Monday. */
function mondayOf(isoWeek: string): number | null {
  const match = NAME.exec(isoWeek);
  if (match === null) return null;
  const fourth = new Date(Date.UTC(Number(match[1]), 0, 4));
  const firstMonday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * DAY_MS;
  return firstMonday + (Number(match[2]) - 1) * 7 * DAY_MS;
}
