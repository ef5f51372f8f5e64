/** The state of a proposal, as a word with its tone. */
import Chip from '@mui/material/Chip';

import type { Proposal } from './proposal.ts';

export const STATUSES = {
  PENDING: { label: 'Waits', color: 'primary' },
  EXECUTED: { label: 'Approved', color: 'success' },
  REJECTED: { label: 'Rejected', color: 'error' },
  WITHDRAWN: { label: 'Withdrawn', color: 'default' },
  VOID: { label: 'Lapsed', color: 'default' },
} as const;

export function StatusChip({ status }: { readonly status: Proposal['status'] }) {
  return <Chip size="small" variant="outlined" {...STATUSES[status]} />;
}
