/** One line: what this bet would add to the tracker, or why it would not. */
import type { Money, Preview } from '@furlong/client';
import { useLocale, type Locale } from '../locale/locale';
import { whyNotCounted } from '../records/contribution';

interface PreviewLineProps {
  readonly preview: Preview | null;
  /** Null if unknown. */
  readonly target: Money | null;
  readonly member: boolean;
}

/** The line keeps its space while it is empty, so that the button below never moves. */
export function PreviewLine({ preview, target, member }: PreviewLineProps) {
  const locale = useLocale();
  return (
    <p className="club-preview" data-testid="preview" aria-live="polite" data-counts={preview?.counts}>
      {preview === null ? '' : previewInWords(preview, target, member, locale)}
    </p>
  );
}

/** What a bet adds, for a member; for others, what it would add once they have joined. */
export function previewInWords(preview: Preview, target: Money | null, member: boolean, locale: Locale): string {
  const { words, money, fill } = locale;
  if (!preview.counts) return whyNotCounted(preview, locale);
  const counted = money(preview.counted);
  if (!member || preview.progressAfter === null) return fill(words.addsOnceJoined, { counted });
  const { staked, percent } = preview.progressAfter;
  const after = money(staked);
  return percent < 100 && target !== null
    ? fill(words.adds, { counted, after, target: money(target) })
    : fill(words.addsInAll, { counted, after });
}
