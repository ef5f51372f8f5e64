/** The product's time in a rehearsal, which can be moved; null if this is none. */
import { useEffect, useState } from 'react';

import { fetchRehearsal, LOOK_MS } from './rehearsal';

export function useRehearsal(): string | null {
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

  return time;
}
