/** The banner of a rehearsal, so that visitors do not mistake its time for the real one. */
import { useEffect, useState } from 'react';

import { fetchRehearsal, LOOK_MS, momentInWords } from './rehearsal';

export function RehearsalBanner() {
  const [time, setTime] = useState<string | null>(null);

  useEffect(() => {
    const leaving = new AbortController();
    let next: ReturnType<typeof setTimeout> | undefined;
    let rehearsing = false;
    async function look(): Promise<void> {
      const found = await fetchRehearsal(fetch, leaving.signal);
      if (leaving.signal.aborted) return;
      rehearsing ||= found !== null;
      if (found !== null) setTime(found);
      // Whether an installation is a rehearsal never changes while it runs, even if a request fails.
      if (rehearsing) next = setTimeout(() => void look(), LOOK_MS);
    }
    void look();
    return () => {
      leaving.abort();
      clearTimeout(next);
    };
  }, []);

  if (time === null) return null;
  return (
    <p className="rehearsal" role="note" lang="en-GB" dir="ltr" data-testid="rehearsal">
      <strong>Rehearsal.</strong> Here it is <time dateTime={time}>{momentInWords(time)}</time>.
    </p>
  );
}
