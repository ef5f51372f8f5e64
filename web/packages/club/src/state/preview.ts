/** When to ask what a slip would add: soon after it has changed, and seldom while only its odds move. */
import type { Preview, PreviewInput } from '@furlong/client';

/** A delay, so that typing an amount does not send a request per key. */
export const SETTLE_MS = 200;
/** The shortest wait after an answer until moved odds are asked about: they move for many pages at the same moment. */
export const MOVED_MS = 2_000;

export interface PreviewParts {
  /** Resolves with null if there is nothing to show. */
  readonly read: (input: PreviewInput) => Promise<Preview | null>;
  /** The slip as it stands; null while there is none. */
  readonly newest: () => PreviewInput | null;
  readonly tell: (preview: Preview | null) => void;
  readonly random: () => number;
}

/** What a slip is apart from its odds, as a text. */
export function withoutOdds(input: PreviewInput): string {
  return JSON.stringify(input, (key, value: unknown) => (key === 'oddsMilli' ? undefined : value));
}

/**
 * Asks about a slip, and again after its odds have moved; returns a function that ends it.
 *
 * An answer stays while the next one is on its way: the line of the club would otherwise blink, and be read out anew.
 */
export function startPreview({ read, newest, tell, random }: PreviewParts): () => void {
  let asked = '';
  let over = false;
  let next = setTimeout(turn, SETTLE_MS);

  function turn(): void {
    const input = newest();
    const question = JSON.stringify(input);
    if (input === null || question === asked) wait();
    else {
      asked = question;
      void answer(input);
    }
  }

  async function answer(input: PreviewInput): Promise<void> {
    const preview = await read(input);
    if (over) return;
    tell(preview);
    wait();
  }

  function wait(): void {
    next = setTimeout(turn, MOVED_MS * (1 + random()));
  }

  return () => {
    over = true;
    clearTimeout(next);
  };
}
