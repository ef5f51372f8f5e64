/** What GraphiQL has stored of an earlier visit. */

export interface LastTab {
  readonly query: string | null;
  readonly variables: string | null;
}

/** The tab that was open at the end of the last visit; null if there was none. */
export function lastTab(storage: Pick<Storage, 'getItem'> = localStorage): LastTab | null {
  try {
    const stored = JSON.parse(storage.getItem('graphiql:tabState') ?? 'null') as Stored | null;
    return stored?.tabs[stored.activeTabIndex] ?? null;
  } catch {
    return null;
  }
}

const OFFERED = 'furlong:offered-tabs';

/**
 * Adds tabs for operations that are new since the last visit to the visitor's own, each once: a closed one stays closed.
 *
 * Headers are left out, because they contain a session; GraphiQL does not store them either.
 */
export function offerNewTabs(
  examples: readonly { readonly name: string; readonly query: string; readonly variables: string }[],
  storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage,
): void {
  try {
    const state = JSON.parse(storage.getItem('graphiql:tabState') ?? 'null') as Stored | null;
    const titles = state?.tabs.map(({ title }) => title) ?? [];
    const known = new Set(JSON.parse(storage.getItem(OFFERED) ?? JSON.stringify(titles)) as string[]);
    storage.setItem(OFFERED, JSON.stringify(examples.map(({ name }) => name)));
    const fresh = examples.filter(({ name }) => !known.has(name) && !titles.includes(name));
    if (state === null || fresh.length === 0) return;
    const tabs = [...state.tabs, ...fresh.map(stored)];
    storage.setItem('graphiql:tabState', JSON.stringify({ ...state, tabs }));
  } catch {
    // The storage is forbidden, or has something else: GraphiQL begins as on a first visit.
  }
}

/** A tab as GraphiQL stores it. */
function stored({ name, query, variables }: { readonly name: string; readonly query: string; readonly variables: string }) {
  return { id: name, hash: name, title: name, operationName: name, query, variables, headers: null, response: null };
}

interface Stored {
  readonly tabs: readonly (LastTab & { readonly title?: string })[];
  readonly activeTabIndex: number;
}
