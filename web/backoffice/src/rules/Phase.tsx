/** Whether a version of rules holds now, as a chip. */
import { ToneChip } from '../look/ToneChip.tsx';
import { WORDS } from '../words/index.ts';

import type { SchemeVersion } from '../graph/generated/operations.ts';

const PHASES = {
  EARLIER: { label: WORDS.rules.earlier, tone: 'neutral' },
  IN_FORCE: { label: WORDS.rules.holdsThisWeek, tone: 'good' },
  COMING: { label: WORDS.rules.comes, tone: 'waiting' },
} as const;

export function Phase({ of }: { readonly of: SchemeVersion['phase'] }) {
  return <ToneChip {...PHASES[of]} />;
}
