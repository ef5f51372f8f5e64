/** What a bet may return. */
import type { PlaceTerms } from '../events/offers';

export interface PricedLeg {
  readonly oddsMilli: number;
  /** Of the place part of a bet each way. */
  readonly terms: PlaceTerms | null;
}

const MILLI = 1000n;

/**
 * Returns what a bet returns if all of its legs win, stake included, to the nearest minor unit.
 *
 * @param stakeMinor on each line: each way, there are two, of which the second is on the place
 */
export function returnsMinor(stakeMinor: number, legs: readonly PricedLeg[], eachWay = false): number {
  const lines = [product(legs.map(({ oddsMilli }) => [BigInt(oddsMilli), MILLI]))];
  if (eachWay) lines.push(product(legs.map(placePart)));
  const below = lines.reduce((all, [, denominator]) => all * denominator, 1n);
  const above = lines.reduce((all, [numerator, denominator]) => all + (numerator * below) / denominator, 0n);
  // A half of a minor unit is rounded up.
  return Number((2n * BigInt(stakeMinor) * above + below) / (2n * below));
}

type Fraction = readonly [bigint, bigint];

function product(fractions: readonly Fraction[]): Fraction {
  return fractions.reduce(([above, below], [numerator, denominator]) => [above * numerator, below * denominator], [1n, 1n]);
}

/** What a minor unit on the place returns: itself, and a fraction of what it would win. */
function placePart({ oddsMilli, terms }: PricedLeg): Fraction {
  const [numerator, denominator] = [BigInt(terms?.numerator ?? 0), BigInt(terms?.denominator ?? 1)];
  return [MILLI * denominator + (BigInt(oddsMilli) - MILLI) * numerator, MILLI * denominator];
}
