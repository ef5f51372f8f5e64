/** The banner of a rehearsal, so that nobody takes its time for the real one. */
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
      // An installation is a rehearsal or not for as long as it runs, even if a request fails.
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
    <p className="rehearsal" role="note" data-testid="rehearsal">
      <strong>Rehearsal.</strong> Here it is <time dateTime={time}>{momentInWords(time)}</time>.
    </p>
  );
}
