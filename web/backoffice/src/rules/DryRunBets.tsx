/** The bets that would count differently, by pages; each access is recorded, because they are personal data. */
import Button from '@mui/material/Button';
import { useState } from 'react';

import { Failed } from '../components/Waiting.tsx';
import { reasonInWords } from './scheme.ts';
import { money } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { moment } from '../time/moments.ts';
import { DRY_RUN_DIFFERENCES } from '../graph/generated/operations.ts';

export function DryRunBets({ id, brand, currency }: { readonly id: string; readonly brand: string; readonly currency: string }) {
  const [after, setAfter] = useState<string | null>(null);
  const { data, problem } = useGraph(DRY_RUN_DIFFERENCES, { id, after });
  if (problem !== '') return <Failed problem={problem} />;
  const page = data?.dryRunDifferences;
  return (
    <>
      <DataRows
        label="Bets that count differently"
        rows={page?.nodes ?? []}
        id={({ customerId, betId }) => `${customerId} ${betId}`}
        nothing={page === undefined ? 'The bets are being read.' : 'No bet counts differently.'}
        columns={[
          { head: 'Customer', cell: ({ customerId }) => customerId },
          { head: 'Bet', cell: ({ betId }) => betId },
          { head: 'Placed', cell: ({ placedAt }) => moment(placedAt, brand) },
          { head: 'Stake', cell: ({ stakeMinor }) => money(stakeMinor, currency), right: true },
          { head: 'As it was', cell: ({ beforeMinor, beforeReason }) => `${money(beforeMinor, currency)}, ${reasonInWords(beforeReason)}` },
          { head: 'With this version', cell: ({ afterMinor, afterReason }) => `${money(afterMinor, currency)}, ${reasonInWords(afterReason)}` },
        ]}
      />
      <div>
        <Button disabled={after === null} onClick={() => setAfter(null)}>
          First page
        </Button>
        <Button disabled={page?.hasNextPage !== true} onClick={() => setAfter(page?.endCursor ?? null)}>
          Next
        </Button>
      </div>
    </>
  );
}
