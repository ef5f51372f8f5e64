/** What a budget of a reward does, in a sentence. */
import { number } from '../../money/amounts.ts';
import { weekName } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

/** Return what a budget does, before it is set: an empty week means every week, an empty number no limit. */
export function budgetInWords(reward: string, isoWeek: string, count: number | null): string {
  const often = count === null ? WORDS.risk.asOftenAsTheyLike : WORDS.risk.timesAtMost({ count, shown: number(count) });
  const when = isoWeek === '' ? WORDS.risk.everyWeekWithoutBudgetOwnInline : WORDS.common.inTerritories({ territories: weekName(isoWeek) });
  return WORDS.risk.customersMayChoose({ reward, often, when });
}
