/** The present moment as the page takes it: it offers what is due, and the server decides. */
import { useEffect, useState } from 'react';

const TICK_MS = 15_000;

/** Returns the time in milliseconds, in steps: the product's in a rehearsal, and else the visitor's. */
export function useNow(rehearsal: string | null): number {
  const [machine, setMachine] = useState(() => Date.now());

  useEffect(() => {
    const ticking = setInterval(() => setMachine(Date.now()), TICK_MS);
    return () => clearInterval(ticking);
  }, []);

  return rehearsal === null ? machine : Date.parse(rehearsal);
}
