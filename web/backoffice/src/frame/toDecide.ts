/** What waits for the decision of the person at the screen; read for the menu, the home and the next approval. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { usePermissions } from 'react-admin';

import { run } from '../graph/graph.ts';

export interface Waiting {
  readonly id: string;
  readonly kind: string;
  readonly brand: string | null;
  readonly proposedAt: string;
}

const TO_DECIDE = 'query ToDecide { approvalsToDecide { id kind brand proposedAt } }';
const KEY = ['to-decide'] as const;
const SECONDS = 30;
const NOTHING: readonly Waiting[] = [];

/** Return what waits, the oldest first; nothing for those who decide about nothing. */
export function useToDecide(): readonly Waiting[] {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => run<{ readonly approvalsToDecide: readonly Waiting[] }>(TO_DECIDE),
    enabled: permissions?.has('approvals.read') === true,
    staleTime: SECONDS * 1000,
    refetchInterval: SECONDS * 1000,
    retry: false,
  });
  return data?.approvalsToDecide ?? NOTHING;
}

/** Return a function that reads it again: something was decided. */
export function useDecided(): () => void {
  const client = useQueryClient();
  return useCallback(() => void client.invalidateQueries({ queryKey: KEY }), [client]);
}
