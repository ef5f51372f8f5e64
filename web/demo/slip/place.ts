/** Placing a bet. This is the betting site's task; only the demo can do it. */
import type { Keys } from '@furlong/client';

export interface Bet {
  readonly stakeMinor: number;
  readonly oddsMilli: number;
  readonly betType: 'single';
  readonly selectionId: string;
}

/** Why the betting site refuses a bet: the selection, or the customer's money, limits and breaks. */
const REFUSALS = [
  'PRICE_CHANGED',
  'SUSPENDED',
  'OVER',
  'UNKNOWN_SELECTION',
  'INSUFFICIENT_FUNDS',
  'LIMIT_REACHED',
  'SELF_EXCLUDED',
  'COOLING_OFF',
  'ACCOUNT_SUSPENDED',
  'NOT_ALLOWED_HERE',
  'WRONG_CURRENCY',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

const CODES: ReadonlySet<unknown> = new Set(REFUSALS);

export type Placed =
  /** `odds` are those of the bet, as they are written; never worse than those that were seen. */
  | { readonly kind: 'placed'; readonly betId: string; readonly isCounting: boolean; readonly odds: string }
  /** `odds` are those that are offered now; '' if that is not why. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly odds: string }
  /** This server does not accept bets. */
  | { readonly kind: 'nowhere' }
  /** It was not placed. */
  | { readonly kind: 'failed' }
  /** Nobody said what became of it. */
  | { readonly kind: 'unknown' };

/** How long the betting site may take to answer. */
export const GIVE_UP_MS = 10_000;

/** Places a bet under a key that it keeps until its outcome is known, so that pressing again is not a second bet. */
export async function placeOnce(fetcher: typeof fetch, keys: Keys, token: string, bet: Bet, language: string): Promise<Placed> {
  const intention = `${bet.selectionId} ${bet.stakeMinor}`;
  const placed = await placeBet(fetcher, token, keys.keyFor(intention), bet, language);
  if (placed.kind === 'placed' || placed.kind === 'refused' || placed.kind === 'failed') keys.settle(intention);
  return placed;
}

/** Places a bet under an id; `language` decides how odds are written. */
export async function placeBet(fetcher: typeof fetch, token: string, betId: string, bet: Bet, language: string): Promise<Placed> {
  try {
    const response = await fetcher('/demo/bets', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Accept-Language': language, Authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...bet, betId }),
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    if (response.status === 404) return { kind: 'nowhere' };
    if (!response.ok && response.status !== 409) return { kind: response.status < 500 ? 'failed' : 'unknown' };
    return outcomeOf(response.status, await response.json());
  } catch {
    return { kind: 'unknown' };
  }
}

function outcomeOf(status: number, body: unknown): Placed {
  const unread = { kind: status === 409 ? 'failed' : 'unknown' } as const;
  if (typeof body !== 'object' || body === null) return unread;
  const odds = 'odds' in body ? displayOf(body.odds) : '';
  if (status === 409 && 'code' in body && CODES.has(body.code)) return { kind: 'refused', code: body.code as RefusalCode, odds };
  if (!('betId' in body) || typeof body.betId !== 'string') return unread;
  return { kind: 'placed', betId: body.betId, isCounting: !('isCounting' in body) || body.isCounting !== false, odds };
}

function displayOf(odds: unknown): string {
  return typeof odds === 'object' && odds !== null && 'display' in odds && typeof odds.display === 'string' ? odds.display : '';
}
