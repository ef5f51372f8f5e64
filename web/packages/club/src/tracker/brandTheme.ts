/** The colours that a brand has chosen for the widget, as CSS variables; those that the page sets come before them. */
import type { CSSProperties } from 'react';

import type { Tracker } from '../state/state';

const TOKEN = /^[a-z][a-z-]{0,31}$/u;
const COLOUR = /^#[0-9a-f]{6}$/u;

/** `{}` until the club is known. What is not a token and two colours is left out. */
export function brandTheme(tracker: Tracker): CSSProperties {
  if (tracker.kind !== 'club') return {};
  const known = tracker.club.brand.theme.filter(
    ({ name, light, dark }) => TOKEN.test(name) && COLOUR.test(light) && COLOUR.test(dark),
  );
  return Object.fromEntries(known.map(({ name, light, dark }) => [`--brand-${name}`, `light-dark(${light}, ${dark})`]));
}
