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
import { WORDS } from '../words/index.ts';

export function DryRunBets({ id, brand, currency }: { readonly id: string; readonly brand: string; readonly currency: string }) {
  const [after, setAfter] = useState<string | null>(null);
  const { data, problem } = useGraph(DRY_RUN_DIFFERENCES, { id, after });
  if (problem !== '') return <Failed problem={problem} />;
  const page = data?.dryRunDifferences;
  return (
    <>
      <DataRows
        label={WORDS.rules.betsThatCountDifferently}
        rows={page?.nodes ?? []}
        id={({ customerId, betId }) => `${customerId} ${betId}`}
        nothing={page === undefined ? WORDS.rules.theBetsAreBeingRead : WORDS.rules.noBetCountsDifferently}
        columns={[
          { head: WORDS.common.customer, cell: ({ customerId }) => customerId },
          { head: WORDS.common.bet, cell: ({ betId }) => betId },
          { head: WORDS.common.placed, cell: ({ placedAt }) => moment(placedAt, brand) },
          { head: WORDS.common.stake, cell: ({ stakeMinor }) => money(stakeMinor, currency), right: true },
          { head: WORDS.rules.asItWas, cell: ({ beforeMinor, beforeReason }) => `${money(beforeMinor, currency)}, ${reasonInWords(beforeReason)}` },
          { head: WORDS.rules.withThisVersion, cell: ({ afterMinor, afterReason }) => `${money(afterMinor, currency)}, ${reasonInWords(afterReason)}` },
        ]}
      />
      <div>
        <Button disabled={after === null} onClick={() => setAfter(null)}>
          {WORDS.rules.firstPage}
        </Button>
        <Button disabled={page?.hasNextPage !== true} onClick={() => setAfter(page?.endCursor ?? null)}>
          {WORDS.common.next}
        </Button>
      </div>
    </>
  );
}
