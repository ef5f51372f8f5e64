/** Long references, which people compare by their ends. */

/** The characters that are shown at each end. */
const SHOWN = 6;

/** The id of a bet, shortened in the middle. */
export function shortReference(id: string): string {
  return id.length > 2 * SHOWN + 3 ? `${id.slice(0, SHOWN)}…${id.slice(-SHOWN)}` : id;
}
