/** An ISO week in words, computed from its name alone, so that no time zone can shift it. */

const DAY_MS = 86_400_000;
const NAME = /^(\d{4})-W(\d{2})$/u;

export interface WeekWords {
  /** For example `Week 13`. */
  readonly title: string;
  /** For example `23–29 March`. */
  readonly days: string;
}

/** Describes a week such as `2026-W13`; a name of another form is used as the title. */
export function weekInWords(isoWeek: string): WeekWords {
  const match = NAME.exec(isoWeek);
  if (match === null) return { title: isoWeek, days: '' };
  const monday = mondayOf(Number(match[1]), Number(match[2]));
  const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });
  return {
    title: `Week ${Number(match[2])}`,
    days: days.formatRange(monday, new Date(monday.getTime() + 6 * DAY_MS)),
  };
}

/** The Monday, at midnight UTC: ISO week 1 is the one with 4 January in it. */
function mondayOf(year: number, week: number): Date {
  const fourth = Date.UTC(year, 0, 4);
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7;
  return new Date(fourth + ((week - 1) * 7 - weekday) * DAY_MS);
}
