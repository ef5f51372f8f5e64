/** Why a list has no rows, and what fills it, in words. */
import { isFiltered, missingFilters } from '../graph/resources.ts';

const NAMES: Readonly<Record<string, string>> = { brand: 'a brand', isoWeek: 'a week', figure: 'a figure', app: 'a consumer' };

/** What fills each list. */
const FILLED_BY: Readonly<Record<string, string>> = {
  approvals: 'Proposals that need a second person’s approval appear here: corrections, goodwill, texts, rules, budgets, providers.',
  audit: 'Each change, each sign-in and each look at personal data appears here.',
  content: 'Write the text of a reward with “New content”. Rewards arrive from upstream by themselves; their texts do not.',
  deadLetters: 'Messages that a consumer cannot apply appear here, with the reason. Nothing here is good news.',
  eventOffers: 'What providers offer appears here once an adapter runs that brings fixtures. “furlong provider list” says which ones do.',
  heldRewards: 'Rewards that are earned and wait for a person or a provider appear here. Nothing here is good news.',
  lateBets: 'Bets that arrive after their week has closed appear here: a person decides about each.',
  intents: 'A change that the upstream API has not answered appears here until its outcome is known. Nothing here is good news.',
  jobs: 'Long work appears here when you start it: dry runs, exports, replays, closing a week.',
  payments: 'Each deposit and withdrawal that a customer asks for appears here.',
  riskCustomers: 'Customers appear here once they belong to the figure that you have chosen.',
  riskGoodwill: 'Goodwill that support gives, and risk approves, appears here.',
  users: 'Add the first colleague with “Add a person”.',
};

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

/** Return what fills a list; undefined while filters hide rows or are missing: then those are the reason. */
export function filledBy(list: string, given: Filters, always: Filters = {}): string | undefined {
  return missingFilters(list, { ...always, ...given }).length > 0 || isFiltered(list, given) ? undefined : FILLED_BY[list];
}

/** Return the filters that a list cannot do without, which stay when the others are cleared. */
export function withoutOptional(list: string, given: Filters): Filters {
  return Object.fromEntries(Object.entries(given).filter(([name]) => missingFilters(list, {}).includes(name)));
}
