/** Whether the slip stands beside the page's part, not below it. */
import { useEffect, useState } from 'react';

export const BESIDE = '(min-width: 900px)';

export function useBeside(): boolean {
  const [isBeside, setBeside] = useState(() => window.matchMedia(BESIDE).matches);
  useEffect(() => {
    const media = window.matchMedia(BESIDE);
    const changed = () => setBeside(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  return isBeside;
}
