/** How many matches wait for the person at the screen: read for the menu and home, of those who may decide. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { usePermissions } from 'react-admin';

import { run } from '../graph/graph.ts';
import { forAllBrands } from '../session/permissions.ts';
import { WAITING_MATCH_COUNT } from '../graph/generated/operations.ts';

const KEY = ['waiting-matches'] as const;
const SECONDS = 30;

/** The permission to decide: events belong to all brands. */
export const DECIDES = forAllBrands('events.match');

/** Return how many wait; none for those who decide nothing. */
export function useWaitingMatches(): number {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => run(WAITING_MATCH_COUNT, {}),
    enabled: permissions?.has(DECIDES) === true,
    staleTime: SECONDS * 1000,
    refetchInterval: SECONDS * 1000,
    retry: false,
  });
  return data?.waitingMatchCount ?? 0;
}

/** How long a decision mostly takes until it is applied. */
const APPLIED_MS = 3000;

/** Return a function that reads it again: something was decided, and is being applied. */
export function useMatchDecided(): () => void {
  const client = useQueryClient();
  return useCallback(() => {
    window.setTimeout(() => void client.invalidateQueries({ queryKey: KEY }), APPLIED_MS);
  }, [client]);
}
