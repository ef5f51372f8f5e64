/** A text for those who listen: it changes at most every few seconds, however often prices do. */
import { useEffect, useRef, useState } from 'react';

/** Longer than a sentence takes to be read out. */
export const CALM_MS = 5_000;

/** Returns a text as it is now, or as it was a few seconds ago if it changes faster. */
export function useCalm(text: string): string {
  const [said, setSaid] = useState(text);
  const saidAt = useRef(-CALM_MS);
  useEffect(() => {
    if (text === said) return;
    const wait = setTimeout(() => {
      if (text !== '') saidAt.current = performance.now();
      setSaid(text);
    }, saidAt.current + CALM_MS - performance.now());
    return () => clearTimeout(wait);
  }, [text, said]);
  return said;
}
