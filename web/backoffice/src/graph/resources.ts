/** The lists of the admin graph that the framework reads: their documents, and their filters. */
import * as documents from './generated/operations.ts';

import type { RaRecord } from 'react-admin';
import type { Document } from './graph.ts';

export interface Page {
  readonly nodes: readonly RaRecord[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

type List<Variables> = Document<{ readonly page: Page }, Variables>;
type One = Document<{ readonly one: RaRecord }, { readonly id: string }>;

/** The filters of a list, by argument: whether the list needs each. */
type Filters<Variables> = {
  readonly [Name in Exclude<keyof Variables, 'first' | 'after'>]-?: undefined extends Variables[Name] ? false : true;
};

export interface Resource {
  readonly list: List<Readonly<Record<string, unknown>>>;
  readonly filters: Readonly<Record<string, boolean>>;
  /** One row by id; without it, the list is read only as a list. */
  readonly one: One | undefined;
}

function resource<Variables>(list: List<Variables>, filters: Filters<Variables>, one?: One): Resource {
  return { list: list as Resource['list'], filters, one };
}

export const RESOURCES: Readonly<Record<string, Resource>> = {
  users: resource(documents.USERS, {}, documents.READ_USER),
  approvals: resource(
    documents.APPROVALS,
    { brand: false, status: false, kind: false, subject: false },
    documents.READ_APPROVAL,
  ),
  riskCustomers: resource(documents.RISK_CUSTOMERS, {
    brand: true,
    isoWeek: true,
    figure: true,
    reward: false,
    version: false,
    currency: false,
    source: false,
  }),
  riskGoodwill: resource(documents.RISK_GOODWILL, {
    brand: true,
    isoWeek: false,
    currency: false,
    stage: false,
    kind: false,
  }),
  content: resource(documents.CONTENT_ITEMS, { brand: false, states: false, rewardId: false }),
  jobs: resource(documents.JOBS, { brand: false, status: false }, documents.READ_JOB),
  deadLetters: resource(documents.DEAD_LETTERS, { app: true, topic: false }, documents.READ_DEAD_LETTER),
  eventOffers: resource(documents.EVENT_OFFERS, { sport: false, provider: false, day: false, text: false, state: false }),
  lateBets: resource(documents.LATE_BETS, { brand: true }),
  heldRewards: resource(documents.HELD_REWARDS, { brand: true }),
  intents: resource(documents.PENDING_INTENTS, { brand: true, subgraph: false, olderThanMinutes: false }),
  payments: resource(documents.LISTED_PAYMENTS, {
    brand: true,
    search: false,
    direction: false,
    state: false,
    processor: false,
    currency: false,
  }),
  audit: resource(documents.AUDIT, { brand: false, userId: false, action: false, subject: false }),
};

/** Return whether a filter has a value; an empty text has none. */
export function isGiven(value: unknown): boolean {
  return value !== '' && value !== null && value !== undefined;
}

/** Return the filters that a list needs. */
function neededFilters(name: string): string[] {
  return Object.entries(RESOURCES[name]?.filters ?? {})
    .filter(([, isNeeded]) => isNeeded)
    .map(([filter]) => filter);
}

/** Return the filters that a list needs and that are not given. */
export function missingFilters(name: string, given: Readonly<Record<string, unknown>>): string[] {
  return neededFilters(name).filter((filter) => !isGiven(given[filter]));
}

/** Return whether a list has a filter that it does not need. */
export function isFiltered(name: string, given: Readonly<Record<string, unknown>>): boolean {
  const needed = new Set(neededFilters(name));
  return Object.entries(given).some(([filter, value]) => !needed.has(filter) && isGiven(value));
}

/** Return whether filters may name a customer, as what is looked for does: such filters are kept in no browser. */
export function nameCustomer(filters: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(filters).some(
    ([name, value]) => typeof value === 'string' && (value.trim().startsWith('customer:') || (name === 'search' && value !== '')),
  );
}

/** Return whether two sets of filters have the same values; an empty value is none. */
export function sameFilters(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  const given = (filters: Readonly<Record<string, unknown>>) =>
    JSON.stringify(
      Object.entries(filters)
        .filter(([, value]) => isGiven(value))
        .toSorted(([name], [next]) => name.localeCompare(next)),
    );
  return given(one) === given(other);
}
