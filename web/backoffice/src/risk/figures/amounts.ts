/** Amounts as people read them: money in its own currency, numbers, shares. Amounts of several currencies never meet. */

const LOCALE = 'en-GB';

/** Return minor units of a currency as money; how many digits a currency has is known to the browser. */
export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits);
}

/** Return minor units of a currency as a number of whole units, for the axis of a chart. */
export function units(minor: number, currency: string): number {
  const digits = new Intl.NumberFormat(LOCALE, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return minor / 10 ** digits;
}

export function number(value: number): string {
  return value.toLocaleString(LOCALE);
}

export function share(value: number | null): string {
  return value === null ? '–' : value.toLocaleString(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
}

export function time(value: string | null): string {
  return value === null ? 'not counted yet' : new Date(value).toLocaleString(LOCALE);
}

/** Return a name of the graph as a word: `outstanding` as `Outstanding`, `free_bet` as `Free bet`. */
export function word(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Say when figures were counted, or that they will be. */
export function counted(asOf: string | null): string {
  return asOf === null ? 'Not counted yet: the figures will appear here.' : `Counted at ${time(asOf)}.`;
}
