/** What a budget of a reward does, in a sentence. */
import { number } from '../../money/amounts.ts';
import { weekName } from '../../time/weeks.ts';

/** Return what a budget does, before it is set: an empty week means every week, an empty number no limit. */
export function budgetInWords(reward: string, isoWeek: string, count: number | null): string {
  const often = count === null ? 'as often as they like' : `${number(count)} ${count === 1 ? 'time' : 'times'} at most`;
  const when = isoWeek === '' ? 'in every week without a budget of its own' : `in ${weekName(isoWeek)}`;
  return `Customers may choose ${reward} ${often} ${when}.`;
}
