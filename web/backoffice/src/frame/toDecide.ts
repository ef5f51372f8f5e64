/** What waits for the person at the screen, and what was decided about their proposals: read for menu, home and bell. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { usePermissions } from 'react-admin';

import { run } from '../graph/graph.ts';
import { TO_DECIDE } from '../graph/generated/operations.ts';

import type { ToDecide, WaitingProposal } from '../graph/generated/operations.ts';

const KEY = ['to-decide'] as const;
const SECONDS = 30;
const NOTHING: ToDecide = { approvalsToDecide: [], unseenDecisions: 0 };

function useRead(): ToDecide {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => run(TO_DECIDE, {}),
    enabled: permissions?.has('approvals.read') === true,
    staleTime: SECONDS * 1000,
    refetchInterval: SECONDS * 1000,
    retry: false,
  });
  return data ?? NOTHING;
}

/** Return what waits, the oldest first; nothing for those who decide about nothing. */
export function useToDecide(): readonly WaitingProposal[] {
  return useRead().approvalsToDecide;
}

/** Return how many decisions about the person's own proposals they have not looked at. */
export function useUnseenDecisions(): number {
  return useRead().unseenDecisions;
}

/** Return a function that reads it again: something was decided, or looked at. */
export function useDecided(): () => void {
  const client = useQueryClient();
  return useCallback(() => void client.invalidateQueries({ queryKey: KEY }), [client]);
}
