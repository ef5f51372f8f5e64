/** The money of cases, and of proposals about them, whose currency may not be known. */
import { money } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

/** Return an amount as money; a dash if there is none, and minor units, said so, if the currency is not known. */
export function amount(minor: number | null, currency: string | null): string {
  if (minor === null) return '–';
  return currency === null ? WORDS.operations.minorUnits({ minor }) : money(minor, currency);
}
