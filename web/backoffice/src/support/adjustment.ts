/** What an adjustment does to a week, in sentences. */
import { money } from '../money/amounts.ts';
import { weekInYear } from '../time/weeks.ts';

import type { WeekAmounts } from '../graph/generated/operations.ts';

/** Return what an amount does to a week, such as `adds £5.00 to the week of 23 November 2026`. */
export function adjustmentInWords(amountMinor: number, currency: string, isoWeek: string): string {
  const amount = money(Math.abs(amountMinor), currency);
  const week = weekInYear(isoWeek);
  return amountMinor < 0 ? `subtracts ${amount} from ${week}` : `adds ${amount} to ${week}`;
}

/** Return where a week stands: `£12.00 of £25.00`. */
export function standing(totalMinor: number, { targetMinor, currency }: WeekAmounts): string {
  const total = money(totalMinor, currency);
  return targetMinor === null ? total : `${total} of ${money(targetMinor, currency)}`;
}

/** Return what the week's reward becomes; empty if nothing of it changes. */
export function targetInWords(week: WeekAmounts, amountMinor: number): string {
  const { targetMinor, totalMinor, currency } = week;
  if (targetMinor === null) return 'There are no rules for the customer in that week.';
  const after = totalMinor + amountMinor;
  if (after < 0) return `No more than ${money(totalMinor, currency)} can be taken.`;
  if (totalMinor < targetMinor && after >= targetMinor) return 'The target is reached: the reward is earned.';
  if (totalMinor >= targetMinor && after < targetMinor) return 'The target is missed: the reward is no longer earned.';
  return after < targetMinor ? `The target is still ${money(targetMinor - after, currency)} away.` : 'The target stays reached.';
}
