/** Weeks as people name them: by the Monday on which they begin. */
import { LOCALE } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

const ISO_WEEK = /^(\d{4})-W(\d{2})$/u;
const DAY_MS = 24 * 3600 * 1000;
const LONGEST = 53;

/** Return the Monday of a week such as `2026-W48`, at midnight UTC; null for another form. ISO 8601: 4 January is in week 1. */
function mondayOf(isoWeek: string): Date | null {
  const [, year = '', week = ''] = ISO_WEEK.exec(isoWeek) ?? [];
  if (year === '' || Number(week) < 1 || Number(week) > LONGEST) return null;
  const fourth = Date.UTC(Number(year), 0, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY_MS;
  return new Date(monday + (Number(week) - 1) * 7 * DAY_MS);
}

function beginning(isoWeek: string, form: Intl.DateTimeFormatOptions): string | null {
  const monday = mondayOf(isoWeek);
  return monday === null ? null : new Intl.DateTimeFormat(LOCALE, { ...form, timeZone: 'UTC' }).format(monday);
}

/** Return a week within a sentence: `2026-W48` is `the week of 23 November`. */
export function weekName(isoWeek: string): string {
  const day = beginning(isoWeek, { day: 'numeric', month: 'long' });
  return day === null ? isoWeek : WORDS.common.theWeekOf({ day });
}

/** Return a week where another year may be meant: `the week of 23 November 2026`. */
export function weekInYear(isoWeek: string): string {
  const day = beginning(isoWeek, { day: 'numeric', month: 'long', year: 'numeric' });
  return day === null ? isoWeek : WORDS.common.theWeekOf({ day });
}

/** Return a week as a cell of a table and a choice of a list have it: `Week of 23 Nov 2026`. */
export function weekCell(isoWeek: string): string {
  const day = beginning(isoWeek, { day: 'numeric', month: 'short', year: 'numeric' });
  return day === null ? isoWeek : WORDS.common.weekOf({ day });
}

/** Return a week as the axis of a chart has it: `23 Nov`. */
export function weekTick(isoWeek: string): string {
  return beginning(isoWeek, { day: 'numeric', month: 'short' }) ?? isoWeek;
}

/** Return the ISO week of the Monday that is some weeks after another week's. */
export function weekAfter(isoWeek: string, weeks: number): string {
  const monday = mondayOf(isoWeek);
  if (monday === null) return isoWeek;
  const thursday = new Date(monday.getTime() + (7 * weeks + 3) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(number).padStart(2, '0')}`;
}

/** Return the ISO week of an instant, as the clocks of a zone have it. */
export function weekAt(instant: number, timeZone: string): string {
  const [day = '', month = '', year = ''] = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone }).format(instant).split('/');
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const thursday = new Date(at + (3 - ((new Date(at).getUTCDay() + 6) % 7)) * DAY_MS);
  const number = Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * DAY_MS)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, '0')}`;
}
