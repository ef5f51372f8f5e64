/** What the lists of the admin graph are called, and which fields the screens show. */

export interface Resource {
  /** The field of a page of rows. */
  readonly list: string;
  /** The types of the list's filters, by argument. */
  readonly filters: Readonly<Record<string, string>>;
  /** The field of one row by id; without it, the list is read only as a list. */
  readonly one?: string;
  readonly fields: string;
}

const USER = `id login name person status secondFactor passwordExpired external revision createdAt updatedAt
  roles { brand role }`;
const PROPOSAL = `id kind brand subject content contentHash reason status proposedAt proposedBy own
  decidedAt decidedBy decisionReason outcome visible notIndependent`;
const JOB = 'id kind brand arguments status done total result error createdBy createdAt finishedAt';
const LETTER = 'id app topic partition offset reason key value storedAt';
const INTENT = 'id subgraph customer operation createdAt waitsUntil';
const AUDIT = 'id at userId person name address action brand subject before after reason hash';
const TITLES = 'revision state document { texts { locale title } }';
const CONTENT = `id brand rewardId configVersion version changedAt open { ${TITLES} } published { ${TITLES} }`;

export const RESOURCES: Readonly<Record<string, Resource>> = {
  users: { list: 'users', filters: {}, one: 'user', fields: USER },
  approvals: {
    list: 'approvals',
    filters: { brand: 'String', status: 'ProposalStatus', kind: 'String', subject: 'String' },
    one: 'approval',
    fields: PROPOSAL,
  },
  riskCustomers: {
    list: 'riskCustomers',
    filters: {
      brand: 'String!',
      isoWeek: 'String!',
      figure: 'RiskFigure!',
      reward: 'String',
      version: 'Int',
      currency: 'String',
      source: 'String',
    },
    fields: 'id customer at currency stage source reward version kind valueMinor spins turnoverMinor countedBets',
  },
  riskGoodwill: {
    list: 'riskGoodwill',
    filters: { brand: 'String!', isoWeek: 'String', currency: 'String', stage: 'String', kind: 'String' },
    fields: 'id isoWeek customer at stage reward version kind currency valueMinor cause proposedBy approvedBy',
  },
  content: {
    list: 'contentItems',
    filters: { brand: 'String', states: '[ContentState!]', rewardId: 'String' },
    fields: CONTENT,
  },
  jobs: { list: 'jobs', filters: { brand: 'String', status: 'JobStatus' }, one: 'job', fields: JOB },
  deadLetters: { list: 'deadLetters', filters: { app: 'String!', topic: 'String' }, one: 'deadLetter', fields: LETTER },
  lateBets: {
    list: 'lateBets',
    filters: { brand: 'String!' },
    fields: 'id brand bet customer isoWeek revision countedMinor wouldCountMinor currency wouldBe occurredAt closedAt',
  },
  heldRewards: {
    list: 'heldRewards',
    filters: { brand: 'String!' },
    fields: 'id brand customer isoWeek origin reward valueMinor currency provider state reason since',
  },
  intents: {
    list: 'pendingIntents',
    filters: { brand: 'String!', subgraph: 'String', olderThanMinutes: 'Int' },
    fields: INTENT,
  },
  audit: {
    list: 'audit',
    filters: { brand: 'String', userId: 'String', action: 'String', subject: 'String' },
    fields: AUDIT,
  },
};

/** Return whether a filter has a value; an empty text has none. */
export function isGiven(value: unknown): boolean {
  return value !== '' && value !== null && value !== undefined;
}

/** Return the filters that a list needs. */
function neededFilters(name: string): string[] {
  return Object.entries(RESOURCES[name]?.filters ?? {})
    .filter(([, type]) => type.endsWith('!'))
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
