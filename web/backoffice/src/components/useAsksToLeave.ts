/** Asks before a screen is left whose changes are not saved: nothing that was typed is lost in silence. */
import { useEffect } from 'react';
import { useBlocker, type Location } from 'react-router-dom';

const QUESTION = 'What you have changed here is not saved. Leave without it?';

/** What a navigation says that follows a saving. */
export const SAVED = { saved: true } as const;

/** Return whether a screen is left: another one is opened, or it shows another brand. */
export function isLeft(from: Location, to: Location): boolean {
  if ((to.state as Partial<typeof SAVED> | null)?.saved === true) return false;
  const brand = ({ search }: Location) => new URLSearchParams(search).get('brand');
  return from.pathname !== to.pathname || (brand(from) !== null && brand(from) !== brand(to));
}

export function useAsksToLeave(hasChanges: boolean): void {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => hasChanges && isLeft(currentLocation, nextLocation));

  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    if (window.confirm(QUESTION)) blocker.proceed();
    else blocker.reset();
  }, [blocker]);

  useEffect(() => {
    if (!hasChanges) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [hasChanges]);
}
