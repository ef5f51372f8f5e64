/** Placing a bet. This is the betting site's task; only the demo can do it. */

export interface Bet {
  readonly stakeMinor: number;
  readonly oddsMilli: number;
  readonly betType: 'single';
  readonly selectionId: string;
}

export type RefusalCode = 'PRICE_CHANGED' | 'SUSPENDED' | 'OVER' | 'UNKNOWN_SELECTION';

const CODES: ReadonlySet<unknown> = new Set<RefusalCode>(['PRICE_CHANGED', 'SUSPENDED', 'OVER', 'UNKNOWN_SELECTION']);

export type Placed =
  /** `odds` are those of the bet, as they are written; never worse than those that were seen. */
  | { readonly kind: 'placed'; readonly betId: string; readonly isCounting: boolean; readonly odds: string }
  /** `odds` are those that are offered now; '' if that is not why. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly odds: string }
  /** This server does not accept bets. */
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'failed' };

/** Places a bet; `language` decides how odds are written. */
export async function placeBet(fetcher: typeof fetch, token: string, bet: Bet, language: string): Promise<Placed> {
  try {
    const response = await fetcher('/demo/bets', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Accept-Language': language, Authorization: `Bearer ${token}` },
      body: JSON.stringify(bet),
    });
    if (response.status === 404) return { kind: 'nowhere' };
    const body: unknown = response.ok || response.status === 409 ? await response.json() : null;
    return outcomeOf(response.status, body);
  } catch {
    return { kind: 'failed' };
  }
}

function outcomeOf(status: number, body: unknown): Placed {
  if (typeof body !== 'object' || body === null) return { kind: 'failed' };
  const odds = 'odds' in body ? displayOf(body.odds) : '';
  if (status === 409 && 'code' in body && CODES.has(body.code)) return { kind: 'refused', code: body.code as RefusalCode, odds };
  if (!('betId' in body) || typeof body.betId !== 'string') return { kind: 'failed' };
  return { kind: 'placed', betId: body.betId, isCounting: !('isCounting' in body) || body.isCounting !== false, odds };
}

function displayOf(odds: unknown): string {
  return typeof odds === 'object' && odds !== null && 'display' in odds && typeof odds.display === 'string' ? odds.display : '';
}
