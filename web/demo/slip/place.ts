/** Placing a bet. This is the betting site's task; only the demo can do it. */

export interface Bet {
  readonly stakeMinor: number;
  readonly oddsMilli: number;
  readonly betType: 'single';
}

export type Placed =
  | { readonly kind: 'placed'; readonly betId: string; readonly isCounting: boolean }
  /** This server does not accept bets. */
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'failed' };

export async function placeBet(fetcher: typeof fetch, token: string, bet: Bet): Promise<Placed> {
  try {
    const response = await fetcher('/demo/bets', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(bet),
    });
    if (response.status === 404) return { kind: 'nowhere' };
    const body: unknown = response.ok ? await response.json() : null;
    if (typeof body === 'object' && body !== null && 'betId' in body && typeof body.betId === 'string') {
      return { kind: 'placed', betId: body.betId, isCounting: !('isCounting' in body) || body.isCounting !== false };
    }
    return { kind: 'failed' };
  } catch {
    return { kind: 'failed' };
  }
}
