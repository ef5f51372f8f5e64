/** A small second query, sent when needed; its data is kept until `occasion` changes. */
import { useEffect, useState } from 'react';

import { type Ask, type Operation, Unreached } from '@furlong/client';
import { GIVE_UP_MS } from './poller';

/** The state of a query that is sent on demand. */
export interface OnDemand<Data> {
  readonly data: Data | null;
  /** Whether the last request failed; earlier data is kept. */
  readonly failed: boolean;
}

/** The newest data, or null until there is some. A failure keeps the existing data. */
export function useOnDemand<Data, Variables>(
  ask: Ask,
  operation: Operation<Data, Variables>,
  variables: Variables,
  token: string | null,
  occasion: string,
): OnDemand<Data> {
  const [known, setKnown] = useState<OnDemand<Data>>({ data: null, failed: false });
  const asked = JSON.stringify(variables);

  useEffect(() => {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(GIVE_UP_MS)]);
    ask(operation, JSON.parse(asked) as Variables, { token, signal }).then(
      (answer) => {
        setKnown((before) => ({ data: answer.data ?? before.data, failed: answer.data === null }));
      },
      (error: unknown) => {
        // Superseded by the next request.
        if (controller.signal.aborted) return;
        setKnown((before) => ({ data: before.data, failed: true }));
        if (!signal.aborted && !(error instanceof Unreached)) throw error;
      },
    );
    return () => controller.abort();
  }, [ask, operation, asked, token, occasion]);

  return known;
}
