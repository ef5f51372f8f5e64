/** Days and times, written for a locale. */

const NAME = /^(\d{4})-W(\d{2})$/u;
const DAY_MS = 86_400_000;

/** The texts around times, with names in braces. */
export interface DateMessages {
  /** `{day}`: midnight at the end of that day, in words that nobody takes for the midnight before. */
  readonly midnight: string;
  /** `{moment}` in the zone of `{city}`. */
  readonly zoned: string;
}

/** Where times are: those of a brand are in its zone, and name it where the visitor's clock shows another time. */
export interface Zones {
  /** The visitor's; undefined for the browser's. */
  readonly own?: string | undefined;
  /** The brand's; undefined for the visitor's. */
  readonly shown?: string | undefined;
}

/** Formats times of one locale. */
export interface Dates {
  /** Until when or from when something holds, such as `Sunday 29 March at 23:59`, or `the end of Sunday 29 March`. */
  readonly moment: (iso: string) => string;
  /** When something happened, such as `Mon 30 March at 00:00`. */
  readonly dayTime: (iso: string) => string;
  /** A weekday and a time, such as `Wed 14:03`. */
  readonly weekdayTime: (iso: string) => string;
  /** A time of the day. */
  readonly clock: (at: number) => string;
  /** The Monday of an ISO week such as `2026-W13`, from its name alone, so that no zone can shift it; null for another form. */
  readonly firstDay: (isoWeek: string) => string | null;
}

type Fill = (template: string, values: Readonly<Record<string, string>>) => string;

export function datesFor(tag: string, { own, shown = own }: Zones, words: DateMessages, fill: Fill): Dates {
  const format = (options: Intl.DateTimeFormatOptions, timeZone = shown) =>
    new Intl.DateTimeFormat(tag, timeZone === undefined ? options : { ...options, timeZone });
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const date = { day: 'numeric', month: 'long' } as const;
  const moment = format({ weekday: 'long', ...date, ...time });
  const dayTime = format({ weekday: 'short', ...date, ...time });
  const weekday = format({ weekday: 'short', ...time });
  const day = format({ weekday: 'long', ...date });
  const clock = format(time, own);
  const inZone = format({ ...time, ...date });
  const inOwn = format({ ...time, ...date }, own);
  const digits = new Intl.DateTimeFormat('en', { ...time, hourCycle: 'h23', ...(shown === undefined ? {} : { timeZone: shown }) });
  const monday = new Intl.DateTimeFormat(tag, { ...date, timeZone: 'UTC' });

  function named(at: Date, text: string): string {
    if (shown === undefined || inZone.format(at) === inOwn.format(at)) return text;
    const city = (shown.split('/').at(-1) ?? shown).replaceAll('_', ' ');
    return fill(words.zoned, { moment: text, city });
  }

  return {
    moment(iso) {
      const at = new Date(iso);
      const isMidnight = digits.format(at) === '00:00';
      return named(at, isMidnight ? fill(words.midnight, { day: day.format(at.getTime() - 1) }) : moment.format(at));
    },
    dayTime(iso) {
      const at = new Date(iso);
      return named(at, dayTime.format(at));
    },
    weekdayTime(iso) {
      const at = new Date(iso);
      return named(at, weekday.format(at));
    },
    clock: (at) => clock.format(at),
    firstDay(isoWeek) {
      const first = mondayOf(isoWeek);
      return first === null ? null : monday.format(first);
    },
  };
}

/** ISO 8601: week 1 is the week with 4 January in it, and weeks begin on Monday. */
function mondayOf(isoWeek: string): number | null {
  const match = NAME.exec(isoWeek);
  if (match === null) return null;
  const fourth = new Date(Date.UTC(Number(match[1]), 0, 4));
  const firstMonday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * DAY_MS;
  return firstMonday + (Number(match[2]) - 1) * 7 * DAY_MS;
}
