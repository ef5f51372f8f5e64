/** What an adjustment does to a week, in sentences. */
import { weekNumber } from '@furlong/club/src/locale/dates.ts';
import { money } from '../money/amounts.ts';

import type { WeekAmounts } from '../graph/generated/operations.ts';

/** Return a week as people name it: `2026-W48` is week 48. */
export function weekName(isoWeek: string): string {
  const number = weekNumber(isoWeek);
  return number === null ? isoWeek : `week ${number}`;
}

/** Return what an amount does to a week, such as `adds £5.00 to week 48 (2026-W48)`: another year has a week 48, too. */
export function adjustmentInWords(amountMinor: number, currency: string, isoWeek: string): string {
  const amount = money(Math.abs(amountMinor), currency);
  const week = `${weekName(isoWeek)} (${isoWeek})`;
  return amountMinor < 0 ? `takes ${amount} from ${week}` : `adds ${amount} to ${week}`;
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
