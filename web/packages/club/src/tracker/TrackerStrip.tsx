/** The meter alone, for a bar of the page that stays in view: the card then goes without. */
import { brandTheme } from './brandTheme';
import { Sums } from './ClubTracker';
import { standingOf } from './standing';
import { useLocale } from '../locale/locale';
import type { Tracker } from '../state/state';

/** Keeps its room while nothing is known, and has none where there is no progress to show. */
export function TrackerStrip({ tracker }: { readonly tracker: Tracker }) {
  const { tag, direction } = useLocale();
  const progress = tracker.kind === 'club' && !standingOf(tracker.club).barred ? tracker.club.progress : null;
  if (progress === null && tracker.kind !== 'nothing') return null;
  return (
    <div className="club club-strip" lang={tag} dir={direction} style={brandTheme(tracker)}>
      {progress !== null && <Sums progress={progress} />}
    </div>
  );
}
