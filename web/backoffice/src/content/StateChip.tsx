/** The state of a revision, from draft to publication. */
import { ToneChip } from '../look/ToneChip.tsx';

import { inWord } from './key.ts';
import { WORDS } from '../words/index.ts';

import type { Tone } from '../look/theme.ts';
import type { ContentState } from '../graph/generated/operations.ts';

const TONES: Readonly<Record<ContentState, Tone>> = {
  DRAFT: 'neutral',
  IN_REVIEW: 'waiting',
  APPROVED: 'waiting',
  SCHEDULED: 'waiting',
  PUBLISHED: 'good',
  SUPERSEDED: 'neutral',
  REJECTED: 'bad',
  WITHDRAWN: 'neutral',
};

interface Props {
  readonly state: ContentState;
  readonly revision?: number;
}

export function StateChip({ state, revision }: Props) {
  const label = revision === undefined ? inWord(state) : WORDS.content.revision({ state: inWord(state), revision });
  return <ToneChip tone={TONES[state]} label={label} />;
}
