/** The state of a revision, from draft to publication. */
import Chip from '@mui/material/Chip';

import { inWord } from './key.ts';

import type { ContentState } from './operations.ts';

const COLORS: Readonly<Record<ContentState, 'default' | 'primary' | 'success' | 'error'>> = {
  DRAFT: 'default',
  IN_REVIEW: 'primary',
  APPROVED: 'primary',
  SCHEDULED: 'primary',
  PUBLISHED: 'success',
  SUPERSEDED: 'default',
  REJECTED: 'error',
  WITHDRAWN: 'default',
};

interface Props {
  readonly state: ContentState;
  readonly revision?: number;
}

export function StateChip({ state, revision }: Props) {
  const label = revision === undefined ? inWord(state) : `${inWord(state)} · revision ${revision}`;
  return <Chip size="small" color={COLORS[state]} variant="outlined" label={label} />;
}
