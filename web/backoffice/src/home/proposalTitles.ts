/**
 * What proposals about customers are, by id: each is read once, and the look at its customer is recorded, as when it is opened.
 * The list of what waits comes every half minute, so it names no customers.
 */
import { useQueries } from '@tanstack/react-query';

import { run } from '../graph/graph.ts';
import { titleOf } from '../people/approvals/kinds.ts';
import { READ_APPROVAL } from '../graph/generated/operations.ts';

import type { WaitingProposal } from '../graph/generated/operations.ts';

/** Return the titles of those proposals whose subject is a customer; without those that are not read, or cannot be. */
export function useProposalTitles(proposals: readonly WaitingProposal[]): ReadonlyMap<string, string> {
  const ids = proposals.filter(({ subject }) => subject === null).map(({ id }) => id);
  const queries = ids.map((id) => ({ queryKey: ['proposal-title', id], queryFn: () => run(READ_APPROVAL, { id }), staleTime: Infinity, retry: false }));
  const read = useQueries({ queries });
  return new Map(ids.flatMap((id, place) => (read[place]?.data === undefined ? [] : [[id, titleOf(read[place].data.one)]])));
}
