/** Whether a version of rules holds now, as a chip. */
import { ToneChip } from '../look/ToneChip.tsx';

import type { SchemeVersion } from '../graph/generated/operations.ts';

const PHASES = {
  EARLIER: { label: 'earlier', tone: 'neutral' },
  IN_FORCE: { label: 'holds this week', tone: 'good' },
  COMING: { label: 'comes', tone: 'waiting' },
} as const;

export function Phase({ of }: { readonly of: SchemeVersion['phase'] }) {
  return <ToneChip {...PHASES[of]} />;
}
