/** What the bet would add to the tracker, requested again when the slip or the tracker changes. */
import { useEffect, useRef, useState } from 'react';

import { type Ask, PREVIEW, type Preview, type PreviewInput, Unreached } from '@furlong/client';
import { GIVE_UP_MS } from './poller';
import { startPreview, withoutOdds } from './preview';

interface Known {
  readonly about: string;
  readonly preview: Preview | null;
}

/**
 * The preview of `input`, or null while it is unknown: the slip never waits for it. Odds may have moved since.
 *
 * `occasion` is a value that changes when the preview may have changed although the slip did not.
 */
export function usePreview(ask: Ask, token: string | null, input: PreviewInput | null, occasion: string): Preview | null {
  const [known, setKnown] = useState<Known | null>(null);
  const newest = useRef(input);
  const about = token === null || input === null ? null : withoutOdds(input);

  useEffect(() => {
    newest.current = input;
  });

  useEffect(() => {
    if (about === null) return;
    const controller = new AbortController();
    const stop = startPreview({
      read(asked) {
        const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(GIVE_UP_MS)]);
        return ask(PREVIEW, { input: asked }, { token, signal }).then(
          ({ data }) => data?.betslipPreview ?? null,
          (error: unknown) => {
            // Superseded, late or failed: there is nothing to show, and nothing to wait for.
            if (!signal.aborted && !(error instanceof Unreached)) throw error;
            return null;
          },
        );
      },
      newest: () => newest.current,
      tell: (preview) => setKnown({ about, preview }),
      random: () => Math.random(),
    });
    return () => {
      stop();
      controller.abort();
    };
  }, [ask, token, about, occasion]);

  return known !== null && known.about === about ? known.preview : null;
}
