/** Odds and returns in numbers and in text. */

/** Milli-odds as decimal odds: 2500 → 2.50. */
export function formatOdds(oddsMilli: number, tag: string): string {
  const format = new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return format.format(oddsMilli / 1000);
}

/** Possible returns, stake included, rounded down to whole minor units as bookmakers pay. */
export function returnsMinor(stakeMinor: number, oddsMilli: number): number {
  return Math.floor((stakeMinor * oddsMilli) / 1000);
}
