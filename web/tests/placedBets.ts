/** Bets as a slip asks for them, and as the graph answers them. */
import type { Answer } from '@furlong/client';

import type { Bet, BetRequest } from '../demo/betting/request';
import type { Changed } from '../demo/betting/sending';
import type { BetStatus, PlaceBetMutation, PlatformErrorCode } from '../demo/generated/operations';

export function request(selectionId = 'a-0', more: Partial<BetRequest> = {}): BetRequest {
  const leg = { selectionId, pick: 'Ashdown Lad', market: 'Win', event: '15:35 Wexcombe Park', oddsMilli: 2500, odds: '6/4' };
  return { legs: [leg], stakeMinor: 500, eachWay: false, currency: 'GBP', acceptChanges: 'NONE', ...more };
}

export function bet(id: string, status: BetStatus = 'OPEN', more: Partial<Bet> = {}): Bet {
  const money = (minor: number) => ({ minor, currency: 'GBP' });
  const leg = { event: '15:35 Wexcombe Park', market: 'Win', pick: 'Ashdown Lad', startsAt: '2026-04-08T14:35:00Z', odds: { milli: 2500, display: '6/4' }, result: null };
  const amounts = { stake: money(500), returns: null, potentialReturns: money(1250) };
  return { id, placedAt: '2026-04-08T14:00:00Z', eachWay: false, isFreeBet: false, status, delayLeftMs: null, ...amounts, legs: [leg], ...more };
}

export function answered(given: Bet | null, codes: readonly PlatformErrorCode[] = [], changed: Changed = []): Answer<PlaceBetMutation> {
  return { data: { placeBet: { bet: given, changed, errors: codes.map((code) => ({ code })) } }, faults: [] };
}
