/** The banner of a rehearsal, so that visitors do not mistake its time for the real one. */
import { momentInWords } from './rehearsal';

/** @param time the product's, of `useRehearsal` */
export function RehearsalBanner({ time }: { readonly time: string | null }) {
  if (time === null) return null;
  return (
    <p className="rehearsal" role="note" lang="en-GB" dir="ltr" data-testid="rehearsal">
      <strong>Rehearsal.</strong> Here it is <time dateTime={time}>{momentInWords(time)}</time>.
    </p>
  );
}
