/**
 * react-admin's data provider over the admin graph.
 *
 * The graph's lists are keyset pages: a page is read after the last key of the page before it, so keys are
 * remembered by list, filter and page.
 */
import { run } from './graph.ts';
import { RESOURCES, isGiven, missingFilters } from './resources.ts';
import { WORDS } from '../words/index.ts';

import type { DataProvider, GetListParams, RaRecord } from 'react-admin';
import type { Page, Resource } from './resources.ts';

type Filter = Readonly<Record<string, unknown>>;

/** How many requests may look for the first row of a page. */
const MAX_READS = 50;

const cursors = new Map<string, string | null>();

function resource(name: string): Resource {
  const found = RESOURCES[name];
  if (found === undefined) throw new Error(`The admin graph has no list of ${name}`);
  return found;
}

/** Return the filter's arguments that the list knows, without empty ones. */
function known(found: Resource, filter: Filter): [string, unknown][] {
  return Object.entries(filter).filter(([name, value]) => name in found.filters && isGiven(value));
}

async function readPage(found: Resource, filter: Filter, first: number, after: string | null, left?: AbortSignal): Promise<Page> {
  const { page } = await run(found.list, { first, after, ...Object.fromEntries(known(found, filter)) }, left);
  return page;
}

/**
 * Read a page, and those after it while they are empty: a request reads a bounded number of rows, so that the
 * page of a rare filter may have none and yet not be the last one. The framework would show the first page then.
 */
async function readRows(found: Resource, filter: Filter, first: number, after: string | null, left?: AbortSignal): Promise<Page> {
  let page = await readPage(found, filter, first, after, left);
  for (let reads = 1; page.nodes.length === 0 && page.hasNextPage && reads < MAX_READS; reads += 1) {
    page = await readPage(found, filter, first, page.endCursor, left);
  }
  return page;
}

/** Return the key after which a page begins, reading the pages before it if they are not known. */
async function cursorOf(name: string, found: Resource, filter: Filter, page: number, size: number, left?: AbortSignal): Promise<string | null> {
  if (page <= 1) return null;
  const key = JSON.stringify([name, known(found, filter), size, page]);
  const remembered = cursors.get(key);
  if (remembered !== undefined) return remembered;
  const before = await readRows(found, filter, size, await cursorOf(name, found, filter, page - 1, size, left), left);
  cursors.set(key, before.endCursor);
  return before.endCursor;
}

/** What a list has until the filters that it needs are chosen; the graph is not asked. */
const NOTHING = { data: [], pageInfo: { hasNextPage: false, hasPreviousPage: false } };

async function getList(name: string, params: GetListParams) {
  const found = resource(name);
  const { page, perPage } = params.pagination ?? { page: 1, perPage: 25 };
  const filter = (params.filter ?? {}) as Filter;
  if (missingFilters(name, filter).length > 0) return NOTHING;
  const after = await cursorOf(name, found, filter, page, perPage, params.signal);
  const { nodes, endCursor, hasNextPage } = await readRows(found, filter, perPage, after, params.signal);
  cursors.set(JSON.stringify([name, known(found, filter), perPage, page + 1]), endCursor);
  return { data: nodes, pageInfo: { hasNextPage, hasPreviousPage: page > 1 } };
}

async function getOne(name: string, id: string, left?: AbortSignal): Promise<RaRecord> {
  const found = resource(name);
  if (found.one === undefined) throw new Error(`The admin graph has no single ${name}`);
  return (await run(found.one, { id }, left)).one;
}

function refused(what: string): () => Promise<never> {
  return () => Promise.reject(new Error(WORDS.common.isNotSupportedForThisList({ what })));
}

export const dataProvider = {
  getList,
  getOne: async (name: string, { id, signal }: { id: string; signal?: AbortSignal }) => ({ data: await getOne(name, id, signal) }),
  getMany: async (name: string, { ids, signal }: { ids: string[]; signal?: AbortSignal }) => ({
    data: await Promise.all(ids.map((id) => getOne(name, id, signal))),
  }),
  supportAbortSignal: true,
  getManyReference: refused(WORDS.common.aReference),
  create: refused(WORDS.common.creating),
  update: refused(WORDS.common.updating),
  updateMany: refused(WORDS.common.updating),
  delete: refused(WORDS.common.deleting),
  deleteMany: refused(WORDS.common.deleting),
} as unknown as DataProvider;
