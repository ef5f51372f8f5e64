/** Reads an operation of the admin graph, again when its variables change, or the page is refreshed. */
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';

import { run, type Document } from './graph.ts';

export interface Read<T> {
  /** Null until it is read; what was read last while it is read again. */
  readonly data: T | null;
  /** Why it could not be read, in words; empty if it could. */
  readonly problem: string;
  readonly reload: () => void;
}

interface Options<T> {
  /**
   * Return whether what was read is not there yet, so that it is read again in some seconds: a number says in how many.
   * `reads` counts how often it was read.
   */
  readonly isPending?: (data: T, reads: number) => boolean | number;
}

const SECONDS_UNTIL_THERE = 3;

/**
 * The framework's cache reads it, so that the framework's button to refresh reads it again. Nothing is kept
 * when its screen is left, and nothing is read again unasked: access to personal data is recorded.
 *
 * @param variables null: nothing is read yet
 */
export function useGraph<Data, Variables>(
  document: Document<Data, Variables>,
  variables: NoInfer<Variables> | null,
  { isPending }: Options<NoInfer<Data>> = {},
): Read<Data> {
  const enabled = variables !== null;
  const { data, error, refetch } = useQuery({
    queryKey: ['graph', document, variables],
    queryFn: variables === null ? skipToken : ({ signal }) => run(document, variables, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => {
      const pending = state.data !== undefined && (isPending?.(state.data, state.dataUpdateCount) ?? false);
      return typeof pending === 'number' ? pending * 1000 : pending && SECONDS_UNTIL_THERE * 1000;
    },
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    networkMode: 'always',
    retry: false,
    gcTime: 0,
  });
  const reload = useCallback(() => {
    if (enabled) void refetch();
  }, [enabled, refetch]);
  return { data: data ?? null, problem: error?.message ?? '', reload };
}
