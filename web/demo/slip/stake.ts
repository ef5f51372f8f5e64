/** What a bet may return. */

/** Possible returns, stake included, rounded down to whole minor units as bookmakers pay. */
export function returnsMinor(stakeMinor: number, oddsMilli: number): number {
  return Math.floor((stakeMinor * oddsMilli) / 1000);
}
