/** Breaks and self-exclusion: which can be chosen, when they end, and what they stop now. */
import type { Product } from '../../generated/operations';
import type { Limit } from '../wallet';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

/** In hours: within what every rule of the platform allows. */
export const BREAK_HOURS = [1, 3, 7, 14, 28, 42].map((days) => days * DAY_HOURS);
export const EXCLUSION_MONTHS = [6, 12, 24, 60];
/** The products that one break may be of. */
export const PRODUCTS = ['BETTING', 'CASINO', 'BINGO', 'POKER'] as const satisfies readonly Product[];

export function endAfter(hours: number, now: number): string {
  return new Date(now + hours * HOUR_MS).toISOString();
}

/** The end of a day such as `2026-12-05` in the visitor's zone; null for another form. */
export function endOfDay(day: string): string | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(day) ?? [];
  if (year === undefined) return null;
  return new Date(Number(year), Number(month) - 1, Number(date) + 1).toISOString();
}

/** The day after today in the visitor's zone: a break to its end is longer than 24 hours. */
export function tomorrow(now: number): string {
  const at = new Date(now);
  const [year, month, date] = [at.getFullYear(), at.getMonth(), at.getDate() + 1];
  const next = new Date(year, month, date);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${String(next.getFullYear()).padStart(4, '0')}-${two(next.getMonth() + 1)}-${two(next.getDate())}`;
}

/** When a self-exclusion ends, about: the server decides, by the brand's calendar. */
export function endAfterMonths(months: number, now: number): string {
  const at = new Date(now);
  const last = new Date(at.getFullYear(), at.getMonth() + months + 1, 0).getDate();
  const end = new Date(at);
  end.setFullYear(at.getFullYear(), at.getMonth() + months, Math.min(at.getDate(), last));
  return end.toISOString();
}

/** A break or self-exclusion that holds. */
export interface Stop {
  readonly kind: 'BREAK' | 'EXCLUSION';
  /** Null: everything. */
  readonly product: Product | null;
  readonly until: string;
}

/** All that hold, exclusions first, then breaks of everything, and the longest first. */
export function stopsOf(limits: readonly Limit[], now: number): readonly Stop[] {
  const stops = limits.flatMap(({ kind, product, until }): Stop[] => {
    if ((kind !== 'BREAK' && kind !== 'EXCLUSION') || until === null || Date.parse(until) <= now) return [];
    return [{ kind, product, until }];
  });
  return stops.sort((one, other) => rankOf(one) - rankOf(other) || Date.parse(other.until) - Date.parse(one.until));
}

/** What stops bets on events now; null if nothing does. */
export function stopOfBets(limits: readonly Limit[], now: number): Stop | null {
  return stopOf('BETTING', limits, now);
}

/** What stops a product now; null if nothing does. Of several breaks, the one that ends last. */
export function stopOf(stopped: Product, limits: readonly Limit[], now: number): Stop | null {
  const stops = stopsOf(limits, now).filter(({ product }) => product === null || product === stopped);
  const [first] = stops;
  if (first === undefined || first.kind === 'EXCLUSION') return first ?? null;
  return stops.reduce((longest, stop) => (Date.parse(stop.until) > Date.parse(longest.until) ? stop : longest));
}

function rankOf({ kind, product }: Stop): number {
  if (kind === 'EXCLUSION') return 0;
  return product === null ? 1 : 2;
}
