/** The state of a proposal, as a word with its tone. */
import { ToneChip } from '../../look/ToneChip.tsx';

import type { Proposal } from '../../graph/generated/operations.ts';

export const STATUSES = {
  PENDING: { label: 'Pending', tone: 'waiting' },
  EXECUTED: { label: 'Approved', tone: 'good' },
  REJECTED: { label: 'Rejected', tone: 'bad' },
  WITHDRAWN: { label: 'Withdrawn', tone: 'neutral' },
  VOID: { label: 'Expired', tone: 'neutral' },
} as const;

export function StatusChip({ status }: { readonly status: Proposal['status'] }) {
  return <ToneChip {...STATUSES[status]} />;
}
