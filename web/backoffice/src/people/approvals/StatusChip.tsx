/** The state of a proposal, as a word with its tone. */
import { ToneChip } from '../../look/ToneChip.tsx';
import { WORDS } from '../../words/index.ts';

import type { Proposal } from '../../graph/generated/operations.ts';

export const STATUSES = {
  PENDING: { label: WORDS.common.pending, tone: 'waiting' },
  EXECUTED: { label: WORDS.common.approved, tone: 'good' },
  REJECTED: { label: WORDS.approvals.rejected, tone: 'bad' },
  WITHDRAWN: { label: WORDS.approvals.withdrawn, tone: 'neutral' },
  VOID: { label: WORDS.common.expired, tone: 'neutral' },
} as const;

export function StatusChip({ status }: { readonly status: Proposal['status'] }) {
  return <ToneChip {...STATUSES[status]} />;
}
