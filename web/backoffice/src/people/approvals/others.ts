/** Which other proposals concern whoever decides about a customer. */
import type { OtherProposal } from '../../graph/generated/operations.ts';

const DAYS = 7;

/** Return those that wait, or were approved in the last days. */
export function recent(proposals: readonly OtherProposal[], than: string | null, now: number): readonly OtherProposal[] {
  const since = now - DAYS * 24 * 3600 * 1000;
  return proposals.filter(
    ({ id, status, decidedAt }) => id !== than && (status === 'PENDING' || (status === 'EXECUTED' && Date.parse(decidedAt ?? '') >= since)),
  );
}
