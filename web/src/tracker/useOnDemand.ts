/** A small second query, sent when needed; its data is kept until `occasion` changes. */
import { useEffect, useState } from 'react';

import { Unreached, type Ask } from '../graphql/ask';
import type { Operation } from '../graphql/operations';
import { GIVE_UP_MS } from './feed';

/** The newest data, or null until there is some. A failure keeps the existing data. */
export function useOnDemand<Data, Variables>(
  ask: Ask,
  operation: Operation<Data, Variables>,
  variables: Variables,
  token: string | null,
  occasion: string,
): Data | null {
  const [data, setData] = useState<Data | null>(null);
  const asked = JSON.stringify(variables);

  useEffect(() => {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(GIVE_UP_MS)]);
    ask(operation, JSON.parse(asked) as Variables, { token, signal }).then(
      (answer) => {
        if (answer.data !== null) setData(answer.data);
      },
      (error: unknown) => {
        // Superseded, late or failed: the shown data stays.
        if (!signal.aborted && !(error instanceof Unreached)) throw error;
      },
    );
    return () => controller.abort();
  }, [ask, operation, asked, token, occasion]);

  return data;
}
