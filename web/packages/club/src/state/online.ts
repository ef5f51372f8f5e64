/** Whether the browser has a network. */
import { useEffect, useState } from 'react';

/** Calls `back` whenever there is a network again; returns a function that ends it. */
export function whenBackOnline(back: () => void): () => void {
  window.addEventListener('online', back);
  return () => window.removeEventListener('online', back);
}

/** Since when there is no network, in milliseconds since the epoch; null while there is one. */
export function useOffline(): number | null {
  const [since, setSince] = useState(() => (navigator.onLine ? null : Date.now()));
  useEffect(() => {
    const changed = () => setSince(navigator.onLine ? null : Date.now());
    window.addEventListener('online', changed);
    window.addEventListener('offline', changed);
    return () => {
      window.removeEventListener('online', changed);
      window.removeEventListener('offline', changed);
    };
  }, []);
  return since;
}
