/** Which other proposals concern whoever decides about a customer. */
import type { Proposal } from './proposal.ts';

const DAYS = 7;

export type Other = Pick<Proposal, 'id' | 'kind' | 'brand' | 'content' | 'visible' | 'status' | 'proposedAt' | 'proposedBy' | 'decidedAt'>;

/** Return those that wait, or were approved in the last days. */
export function recent(proposals: readonly Other[], than: string | null, now: number): readonly Other[] {
  const since = now - DAYS * 24 * 3600 * 1000;
  return proposals.filter(
    ({ id, status, decidedAt }) => id !== than && (status === 'PENDING' || (status === 'EXECUTED' && Date.parse(decidedAt ?? '') >= since)),
  );
}
