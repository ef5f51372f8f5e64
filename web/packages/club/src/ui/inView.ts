/** Brings what was opened into view. A page may have bars over its ends, of which the widget knows nothing. */

/** In the middle of the window; a part that is too high for that begins at its top. */
export function showInMiddle(part: HTMLElement | null): void {
  part?.scrollIntoView({ block: part.offsetHeight > window.innerHeight / 2 ? 'start' : 'center' });
}

/** Only as far as it has to be moved. */
export function showNearest(part: Element | null): void {
  part?.scrollIntoView({ block: 'nearest' });
}
