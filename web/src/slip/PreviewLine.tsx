/** One line under the stake: what this bet would add to the tracker, or why it would not. */
import { sentenceForContribution } from '../ui/words';
import type { Preview } from '../graphql/types';

interface PreviewLineProps {
  readonly preview: Preview | null;
  /** The target, formatted for the customer; null if unknown. */
  readonly target: string | null;
}

/** The line keeps its space while it is empty, so that the button below never moves. */
export function PreviewLine({ preview, target }: PreviewLineProps) {
  return (
    <p className="preview" data-testid="preview" aria-live="polite" data-counts={preview?.counts}>
      {preview === null ? '' : inWords(preview, target)}
    </p>
  );
}

function inWords(preview: Preview, target: string | null): string {
  if (!preview.counts) return sentenceForContribution(preview.reason);
  const adds = `Adds ${preview.counted.display} to your club`;
  const after = preview.progressAfter?.staked.display;
  if (after === undefined) return `${adds}.`;
  const short = preview.progressAfter !== null && preview.progressAfter.percent < 100;
  return short && target !== null ? `${adds}: ${after} of ${target}.` : `${adds}: ${after} in all.`;
}
