/** What the bet would add to the tracker, requested again when the slip or the tracker changes. */
import { useEffect, useState } from 'react';

import { type Ask, PREVIEW, type Preview, type PreviewInput, Unreached } from '@furlong/client';
import { GIVE_UP_MS } from './poller';

/** A delay, so that typing an amount does not send a request per key. */
const SETTLE_MS = 200;

interface Known {
  readonly question: string;
  readonly preview: Preview | null;
}

/**
 * The preview of `input`, or null while it is unknown: the slip never waits for it.
 *
 * `occasion` is a value that changes when the preview may have changed although the slip did not.
 */
export function usePreview(ask: Ask, token: string | null, input: PreviewInput | null, occasion: string): Preview | null {
  const [known, setKnown] = useState<Known | null>(null);
  const question = token === null || input === null ? null : JSON.stringify(input);

  useEffect(() => {
    if (question === null) return;
    const controller = new AbortController();
    const settle = setTimeout(() => {
      const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(GIVE_UP_MS)]);
      const variables = { input: JSON.parse(question) as PreviewInput };
      ask(PREVIEW, variables, { token, signal }).then(
        ({ data }) => setKnown({ question, preview: data?.betslipPreview ?? null }),
        (error: unknown) => {
          // Superseded, late or failed: there is nothing to show, and nothing to wait for.
          if (!signal.aborted && !(error instanceof Unreached)) throw error;
        },
      );
    }, SETTLE_MS);
    return () => {
      clearTimeout(settle);
      controller.abort();
    };
  }, [ask, token, question, occasion]);

  return known !== null && known.question === question ? known.preview : null;
}
