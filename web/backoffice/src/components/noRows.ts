/** Why a list has no rows, in words. */
import { isGiven } from '../graph/resources.ts';

const NAMES: Readonly<Record<string, string>> = { brand: 'a brand', isoWeek: 'a week', figure: 'a figure', app: 'a consumer' };

/**
 * Return a sentence for a list without rows.
 *
 * @param rows what is listed, in the plural
 * @param given the filters that are set
 * @param missing the filters without which nothing can be listed
 */
export function reasonForNoRows(rows: string, given: Readonly<Record<string, unknown>>, missing: readonly string[]): string {
  if (missing.length > 0) {
    const wanted = missing.map((name) => NAMES[name] ?? name).join(' and ');
    return `Choose ${wanted} above to see ${rows}.`;
  }
  const isFiltered = Object.values(given).some(isGiven);
  return isFiltered ? `No ${rows} match these filters.` : `There are no ${rows} yet.`;
}
