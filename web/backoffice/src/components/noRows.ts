/** Why a list has no rows, and what fills it, in words. */
import { isFiltered, missingFilters } from '../graph/resources.ts';
import { WORDS } from '../words/index.ts';

const NAMES: Readonly<Record<string, string>> = WORDS.common.names;

/** What fills each list. */
const FILLED_BY: Readonly<Record<string, string>> = WORDS.common.filledBy;

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
  if (missing.length > 0) return WORDS.common.chooseAbove({ missing: missing.map((name) => NAMES[name] ?? name).join(WORDS.common.and), rows });
  return isFiltered(list, given) ? WORDS.common.noRowsMatch({ rows }) : WORDS.common.noRowsYet({ rows });
}

/** Return what fills a list; undefined while filters hide rows or are missing: then those are the reason. */
export function filledBy(list: string, given: Filters, always: Filters = {}): string | undefined {
  return missingFilters(list, { ...always, ...given }).length > 0 || isFiltered(list, given) ? undefined : FILLED_BY[list];
}

/** Return the filters that a list cannot do without, which stay when the others are cleared. */
export function withoutOptional(list: string, given: Filters): Filters {
  return Object.fromEntries(Object.entries(given).filter(([name]) => missingFilters(list, {}).includes(name)));
}
