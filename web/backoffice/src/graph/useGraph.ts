/** Reads an operation of the admin graph, again when its variables change or `reload` is called. */
import { useCallback, useEffect, useState } from 'react';

import { run } from './graph.ts';

export interface Read<T> {
  /** Null until it is read; what was read last while it is read again. */
  readonly data: T | null;
  /** Why it could not be read, in words; empty if it could. */
  readonly problem: string;
  readonly reload: () => void;
}

/** @param variables null: nothing is read yet */
export function useGraph<T>(query: string, variables: Readonly<Record<string, unknown>> | null = {}): Read<T> {
  const [data, setData] = useState<T | null>(null);
  const [problem, setProblem] = useState('');
  const [times, setTimes] = useState(0);
  const key = variables === null ? null : JSON.stringify(variables);

  useEffect(() => {
    if (key === null) return;
    let wanted = true;
    run<T>(query, JSON.parse(key) as Record<string, unknown>)
      .then((found) => {
        if (!wanted) return;
        setData(found);
        setProblem('');
      })
      .catch((error: unknown) => {
        if (wanted) setProblem(error instanceof Error ? error.message : String(error));
      });
    return () => {
      wanted = false;
    };
  }, [query, key, times]);

  const reload = useCallback(() => setTimes((before) => before + 1), []);
  return { data, problem, reload };
}
