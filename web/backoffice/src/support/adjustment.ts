/** What an adjustment does to a week, in sentences. */
import { money } from '../money/amounts.ts';
import { weekInYear } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { WeekAmounts } from '../graph/generated/operations.ts';

/** Return what an amount does to a week, such as `adds £5.00 to the week of 23 November 2026`. */
export function adjustmentInWords(amountMinor: number, currency: string, isoWeek: string): string {
  const amount = money(Math.abs(amountMinor), currency);
  const week = weekInYear(isoWeek);
  return amountMinor < 0 ? WORDS.support.subtractsFrom({ amount, week }) : WORDS.common.addsTo({ amount, account: week });
}

/** Return where a week stands: `£12.00 of £25.00`. */
export function standing(totalMinor: number, { targetMinor, currency }: WeekAmounts): string {
  const total = money(totalMinor, currency);
  return targetMinor === null ? total : WORDS.common.partOf({ part: total, whole: money(targetMinor, currency) });
}

/** Return what the week's reward becomes; empty if nothing of it changes. */
export function targetInWords(week: WeekAmounts, amountMinor: number): string {
  const { targetMinor, totalMinor, currency } = week;
  if (targetMinor === null) return WORDS.support.noRulesCustomerWeek;
  const after = totalMinor + amountMinor;
  if (after < 0) return WORDS.support.noMoreThanCanBeTaken({ total: money(totalMinor, currency) });
  if (totalMinor < targetMinor && after >= targetMinor) return WORDS.support.theTargetIsReached;
  if (totalMinor >= targetMinor && after < targetMinor) return WORDS.support.theTargetIsMissed;
  return after < targetMinor ? WORDS.support.theTargetIsStillAway({ target: money(targetMinor - after, currency) }) : WORDS.support.theTargetStaysReached;
}
