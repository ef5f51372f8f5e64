/** Why a list has no rows, in words. */
import { isFiltered, missingFilters } from '../graph/resources.ts';

const NAMES: Readonly<Record<string, string>> = { brand: 'a brand', isoWeek: 'a week', figure: 'a figure', app: 'a consumer' };

type Filters = Readonly<Record<string, unknown>>;

/**
 * Return a sentence for a list without rows.
 *
 * @param list its name in the admin graph
 * @param rows what is listed, in the plural
 * @param given the filters that are set
 * @param always those that the screen sets itself, such as the brand of the bar
 */
export function reasonForNoRows(list: string, rows: string, given: Filters, always: Filters = {}): string {
  const missing = missingFilters(list, { ...always, ...given });
  if (missing.length > 0) return `Choose ${missing.map((name) => NAMES[name] ?? name).join(' and ')} above to see ${rows}.`;
  return isFiltered(list, given) ? `No ${rows} match these filters.` : `There are no ${rows} yet.`;
}
