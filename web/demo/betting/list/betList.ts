/** The bets of a customer, newest first, a page more each time, each as it was last told. */
import type { BetsQuery } from '../../generated/operations';
import type { Bet } from '../request';

export type BetPage = NonNullable<BetsQuery['bets']>;

export const PAGE = 10;

export interface BetList {
  /** Null until the first page was read. */
  readonly bets: readonly Bet[] | null;
  /** Behind what the next page begins; null if there is none. */
  readonly next: string | null;
  readonly isReading: boolean;
  readonly hasFailed: boolean;
  /** Whether this graph has no bets. */
  readonly isMissing: boolean;
}

export type BetListEvent =
  | { readonly type: 'asked' | 'failed' | 'missing' }
  | { readonly type: 'read-newest'; readonly page: BetPage }
  | { readonly type: 'read-more'; readonly page: BetPage }
  | { readonly type: 'told'; readonly bet: Bet };

export const NO_BETS: BetList = { bets: null, next: null, isReading: false, hasFailed: false, isMissing: false };

export function reduceBetList(list: BetList, event: BetListEvent): BetList {
  switch (event.type) {
    case 'asked':
      return { ...list, isReading: true };
    case 'failed':
      return { ...list, isReading: false, hasFailed: true };
    case 'missing':
      return { ...NO_BETS, isMissing: true };
    case 'read-newest':
      return { ...withNewest(list, event.page), isReading: false, hasFailed: false, isMissing: false };
    case 'read-more': {
      const known = list.bets ?? [];
      const ids = new Set(known.map(({ id }) => id));
      const bets = [...known, ...event.page.nodes.filter(({ id }) => !ids.has(id))];
      return { ...list, bets, next: nextOf(event.page), isReading: false, hasFailed: false };
    }
    case 'told':
      return list.bets === null ? list : { ...list, bets: withBet(list.bets, event.bet) };
  }
}

/** Puts the newest page before what is known; if something between them is not, only the newest page is kept. */
function withNewest({ bets, next }: BetList, page: BetPage): Pick<BetList, 'bets' | 'next'> {
  const ids = new Set(page.nodes.map(({ id }) => id));
  const known = bets ?? [];
  const meets = known.some(({ id }) => ids.has(id)) || !page.pageInfo.hasNextPage;
  if (bets === null || !meets) return { bets: page.nodes, next: nextOf(page) };
  return { bets: [...page.nodes, ...known.filter(({ id }) => !ids.has(id))], next };
}

/** The bets with one as it stands now; a new one is the newest, and an older one that is not listed yet stays so. */
function withBet(bets: readonly Bet[], told: Bet): readonly Bet[] {
  if (bets.some(({ id }) => id === told.id)) return bets.map((bet) => (bet.id === told.id ? told : bet));
  const isNewest = bets.every(({ placedAt }) => Date.parse(told.placedAt) >= Date.parse(placedAt));
  return isNewest ? [told, ...bets] : bets;
}

function nextOf({ pageInfo }: BetPage): string | null {
  return pageInfo.hasNextPage ? pageInfo.endCursor : null;
}

/** Whether a bet waits for something; a bet that was never made is not listed among either. */
export function isOpenBet({ status }: Bet): boolean {
  return status === 'OPEN' || status === 'PENDING';
}
