/** A value that follows another one once it has stopped changing, for checks while typing. */
import { useEffect, useState } from 'react';

export const STANDS_STILL_MS = 400;

export function useDelayed<T>(value: T, milliseconds = STANDS_STILL_MS): T {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return delayed;
}
