/** What happened with a customer's money, newest first, a page more each time. */
import type { MoneyHistoryQuery } from '../../generated/operations';

export type HistoryPage = NonNullable<MoneyHistoryQuery['wallet']>['transactions'];
export type Entry = HistoryPage['nodes'][number];
export type EntryKind = Entry['kind'];
export type EntryState = Entry['state'];

export const PAGE = 10;

export interface History {
  /** Null until the first page was read. */
  readonly entries: readonly Entry[] | null;
  /** Behind what the next page begins; null if there is none. */
  readonly next: string | null;
  readonly isReading: boolean;
  readonly hasFailed: boolean;
}

export type HistoryEvent =
  | { readonly type: 'asked' }
  | { readonly type: 'read-newest'; readonly page: HistoryPage }
  | { readonly type: 'read-more'; readonly page: HistoryPage }
  | { readonly type: 'failed' };

export const NO_HISTORY: History = { entries: null, next: null, isReading: false, hasFailed: false };

export function reduceHistory(history: History, event: HistoryEvent): History {
  switch (event.type) {
    case 'asked':
      return { ...history, isReading: true };
    case 'failed':
      return { ...history, isReading: false, hasFailed: true };
    case 'read-newest':
      return { ...withNewest(history, event.page), isReading: false, hasFailed: false };
    case 'read-more': {
      const known = history.entries ?? [];
      const ids = new Set(known.map(({ id }) => id));
      const entries = [...known, ...event.page.nodes.filter(({ id }) => !ids.has(id))];
      return { entries, next: nextOf(event.page), isReading: false, hasFailed: false };
    }
  }
}

/** Puts the newest page before what is known; if something between them is not, only the newest page is kept. */
function withNewest({ entries, next }: History, page: HistoryPage): Pick<History, 'entries' | 'next'> {
  const ids = new Set(page.nodes.map(({ id }) => id));
  const known = entries ?? [];
  const meets = known.some(({ id }) => ids.has(id)) || !page.pageInfo.hasNextPage;
  if (entries === null || !meets) return { entries: page.nodes, next: nextOf(page) };
  return { entries: [...page.nodes, ...known.filter(({ id }) => !ids.has(id))], next };
}

function nextOf({ pageInfo }: HistoryPage): string | null {
  return pageInfo.hasNextPage ? pageInfo.endCursor : null;
}
