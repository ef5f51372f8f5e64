/** Which device a game is played on: that decides which are shown, and how one is opened. */
import type { Device } from '../generated/operations';

const MOBILE = '(max-width: 899px), (pointer: coarse)';

export function deviceOf(matches: (query: string) => boolean): Device {
  return matches(MOBILE) ? 'MOBILE' : 'DESKTOP';
}

export function deviceOfWindow(): Device {
  return deviceOf((query) => window.matchMedia(query).matches);
}
