/** What the house may lose by the selections of an event, their limits, and the open bets on one of them. */
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { Link } from 'react-router-dom';

import { Failed } from '../components/Waiting.tsx';
import { LimitButton } from './LimitButton.tsx';
import { OpenBetRows } from './OpenBetRows.tsx';
import { SuspendButton } from './SuspendButton.tsx';
import { limitInWords, stateOfSelection } from './words.ts';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { run } from '../graph/graph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { money, number } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { usePolled } from '../operations/page/usePolled.ts';
import { BETTING_SELECTIONS, PROPOSE_VOID } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { SelectionAtRisk } from '../graph/generated/operations.ts';

const SECONDS = 5;

interface Props {
  readonly brand: string;
  readonly event: string;
  readonly name: string;
}

export function EventLiability({ brand, event, name }: Props) {
  const { data, problem, refresh } = usePolled(BETTING_SELECTIONS, { brand, event }, SECONDS);
  const [chosen, setChosen] = useState<SelectionAtRisk | null>(null);
  const mayTrade = useMay('betting.trade');
  const mayVoid = useMay('betting.void');
  return (
    <>
      <Stack direction="row" spacing={2} sx={{ alignItems: 'center', marginBottom: 1 }}>
        <Typography variant="h6" component="h3" sx={{ flex: '1 1 auto' }}>
          {name === '' ? WORDS.common.event : name}
        </Typography>
        <Link to="/liability">{WORDS.betting.allEvents}</Link>
      </Stack>
      {problem !== '' && <Failed problem={problem} />}
      <DataRows
        label={WORDS.betting.selections}
        rows={data?.bettingSelections ?? []}
        id={({ id }) => id}
        nothing={data === undefined ? WORDS.betting.reading : WORDS.betting.noBetOnThisEventIsOpen}
        columns={[
          { head: WORDS.betting.selection, cell: (row) => <Selection of={row} onChoose={() => setChosen(row)} /> },
          { head: WORDS.common.stakes, cell: ({ stakeMinor, currency }) => money(stakeMinor, currency), right: true },
          { head: WORDS.betting.ifItWinsTheHouseLoses, cell: ({ liabilityMinor, currency }) => money(liabilityMinor, currency), right: true },
          { head: WORDS.common.limit, cell: (row) => limitInWords({ currency: row.currency, stakeMinor: row.stakeLimitMinor, liabilityMinor: row.liabilityLimitMinor }) },
          { head: WORDS.common.state, cell: (row) => <ToneChip {...stateOfSelection(row)} /> },
          {
            head: WORDS.common.change,
            cell: (row) => (
              <Stack direction="row" useFlexGap sx={{ flexWrap: 'wrap' }}>
                {mayTrade && <SuspendButton brand={brand} scope="SELECTION" target={row.selectionId} name={row.pick} suspended={row.suspended} onSettled={refresh} />}
                {mayTrade && <LimitButton brand={brand} scope="SELECTION" target={row.selectionId} name={row.pick} currency={row.currency} onSettled={refresh} />}
                {mayVoid && <VoidButton brand={brand} of={row} onSettled={refresh} />}
              </Stack>
            ),
          },
        ]}
      />
      {chosen !== null && <OpenBetRows key={chosen.selectionId} brand={brand} selection={chosen.selectionId} pick={chosen.pick} />}
    </>
  );
}

function Selection({ of: { pick, market, bets }, onChoose }: { readonly of: SelectionAtRisk; readonly onChoose: () => void }) {
  return (
    <>
      {pick}
      <Typography variant="body2" color="textSecondary">
        {market}
      </Typography>
      <Button size="small" onClick={onChoose} sx={{ padding: 0, whiteSpace: 'nowrap' }}>
        {WORDS.betting.openBets({ bets, shown: number(bets) })}
      </Button>
    </>
  );
}

function VoidButton({ brand, of: { marketId, market }, onSettled }: { readonly brand: string; readonly of: SelectionAtRisk; readonly onSettled: () => void }) {
  const notify = useNotify();
  return (
    <ChangeButton
      label={WORDS.betting.proposeToVoid}
      question={WORDS.betting.allBetsMarketVoidOnce({ market })}
      change={(reason) => run(PROPOSE_VOID, { input: { brand, scope: 'MARKET', target: marketId, reason } })}
      wantsReason
      color="error"
      onDone={() => notify(WORDS.common.submittedForApproval, { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
