/** Conversion of stakes and odds between text and numbers. */

/** The maximum of a message, 2³¹−1 minor units. */
const MOST_MINOR = 2 ** 31 - 1;
const AMOUNT = /^[£€$]?\s*(\d{1,8})(?:\.(\d{1,2}))?$/u;

/** `5`, `5.5`, `£5.00` → minor units of a currency with two decimals; null for anything that is not a positive amount. */
export function parseStake(typed: string): number | null {
  const match = AMOUNT.exec(typed.trim().replaceAll(',', ''));
  if (match === null) return null;
  const [, pounds = '', pence = ''] = match;
  const minor = Number(pounds) * 100 + Number(pence.padEnd(2, '0'));
  return minor > 0 && minor <= MOST_MINOR ? minor : null;
}

export function formatMinor(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** Milli-odds as decimal odds: 2500 → 2.50. */
export function formatOdds(oddsMilli: number): string {
  return (oddsMilli / 1000).toFixed(2);
}

/** Possible returns, stake included, rounded down to whole minor units as bookmakers pay. */
export function returnsMinor(stakeMinor: number, oddsMilli: number): number {
  return Math.floor((stakeMinor * oddsMilli) / 1000);
}
