/**
 * Reads from the graph again and again, so that a screen updates by itself.
 *
 * It bypasses the framework's cache, whose loading indicator would be on all the time.
 */
import { useCallback, useEffect, useState } from 'react';

import { run } from '../../graph/graph.ts';
import { messageOf } from '../../session/session.ts';

import type { Document } from '../../graph/graph.ts';

export interface Polled<T> {
  /** The last answer; undefined before the first, and without variables. */
  readonly data: T | undefined;
  readonly problem: string;
  readonly refresh: () => void;
}

interface Answer<T> {
  /** What was asked: an answer to something else is not shown. */
  readonly asked: string;
  readonly data: T | undefined;
  readonly problem: string;
}

/** What reads again at once when a person asks for it, wherever the button is. */
const readers = new Set<() => void>();

/** Read again all that this page reads again and again. */
export function readAgain(): void {
  for (const read of readers) read();
}

/** Read an operation every few seconds while the page is visible, until it is left; `variables` of null read nothing. */
export function usePolled<Data, Variables>(
  document: Document<Data, Variables>,
  variables: NoInfer<Variables> | null,
  seconds: number,
): Polled<Data> {
  const [answer, setAnswer] = useState<Answer<Data>>({ asked: '', data: undefined, problem: '' });
  const [round, setRound] = useState(0);
  const asked = variables === null ? '' : JSON.stringify([document, variables]);

  useEffect(() => {
    if (asked === '') return undefined;
    const [text, given] = JSON.parse(asked) as [typeof document, Variables];
    const left = new AbortController();
    let timer = 0;
    async function read() {
      if (globalThis.document.visibilityState === 'visible') {
        try {
          const data = await run(text, given, left.signal);
          if (!left.signal.aborted) setAnswer({ asked, data, problem: '' });
        } catch (error) {
          const problem = messageOf(error);
          if (!left.signal.aborted) setAnswer((last) => ({ asked, data: last.asked === asked ? last.data : undefined, problem }));
        }
      }
      if (!left.signal.aborted) timer = window.setTimeout(() => void read(), seconds * 1000);
    }
    void read();
    return () => {
      left.abort();
      window.clearTimeout(timer);
    };
  }, [asked, seconds, round]);

  const refresh = useCallback(() => setRound((last) => last + 1), []);
  useEffect(() => {
    readers.add(refresh);
    return () => void readers.delete(refresh);
  }, [refresh]);
  const isAnswer = asked !== '' && answer.asked === asked;
  return { data: isAnswer ? answer.data : undefined, problem: isAnswer ? answer.problem : '', refresh };
}
