/** When a screen is left whose changes may not be saved. */
import type { Location } from 'react-router-dom';

/** What a navigation says that follows a saving. */
export const SAVED = { saved: true } as const;

/** Return whether a screen is left: another one is opened, or it shows another brand. */
export function isLeft(from: Location, to: Location): boolean {
  if ((to.state as Partial<typeof SAVED> | null)?.saved === true) return false;
  const brand = ({ search }: Location) => new URLSearchParams(search).get('brand');
  return from.pathname !== to.pathname || (brand(from) !== null && brand(from) !== brand(to));
}
