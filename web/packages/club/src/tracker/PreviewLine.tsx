/** One line: what this bet would add to the tracker, or why it would not. */
import type { Money, Preview } from '@furlong/client';
import { useLocale, type Locale } from '../locale/locale';
import { whyNotCounted } from '../records/contribution';

interface PreviewLineProps {
  readonly preview: Preview | null;
  /** Null if unknown. */
  readonly target: Money | null;
  readonly member: boolean;
  /** What joining would bring; null for members. */
  readonly deal: string | null;
  /** What is said while nothing is known of a bet. */
  readonly otherwise: string | null;
}

/** The line keeps its space while it is empty, so that the button below never moves. */
export function PreviewLine({ preview, target, member, deal, otherwise }: PreviewLineProps) {
  const locale = useLocale();
  // Where it does not count, the reason takes the room.
  const offers = deal !== null && preview?.counts !== false;
  const told = preview === null ? (otherwise ?? '') : offers ? afterDeal(preview, locale) : previewInWords(preview, target, member, locale);
  return (
    <p className="club-preview" data-testid="preview" data-counts={preview?.counts}>
      {offers && (
        <span className="club-deal" data-testid="deal">
          {deal}{' '}
        </span>
      )}
      <span className={preview === null ? 'club-idle' : undefined} aria-live="polite">
        {told}
      </span>
    </p>
  );
}

function afterDeal({ counted }: Preview, { words, money, fill }: Locale): string {
  return fill(words.joinAdds, { counted: money(counted) });
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
