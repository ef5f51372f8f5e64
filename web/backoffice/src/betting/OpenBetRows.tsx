/** The open bets on a selection, each of which may be proposed to be void. */
import Typography from '@mui/material/Typography';
import { useNotify } from 'react-admin';

import { Failed } from '../components/Waiting.tsx';
import { betInWords, statusName } from './words.ts';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { CustomerLink } from '../finance/CustomerLink.tsx';
import { run } from '../graph/graph.ts';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { money } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { moment } from '../time/moments.ts';
import { OPEN_BETS, PROPOSE_BET_VOID } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { OpenBet } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly selection: string;
  readonly pick: string;
}

function stakeOf({ stakeMinor, currency, eachWay, free }: OpenBet): string {
  const amount = money(stakeMinor, currency);
  const stake = eachWay ? WORDS.betting.eachWay({ stake: amount }) : amount;
  return free ? WORDS.betting.ofAFreeBet({ stake }) : stake;
}

export function OpenBetRows({ brand, selection, pick }: Props) {
  const { data, problem, reload } = useGraph(OPEN_BETS, { brand, selection });
  const mayVoid = useMay('betting.void');
  if (problem !== '') return <Failed problem={problem} />;
  return (
    <>
      <Typography variant="h6" component="h3" gutterBottom>
        {WORDS.betting.openBetsOn({ pick })}
      </Typography>
      <Typography color="textSecondary" sx={{ marginBottom: 1 }}>
        {WORDS.betting.largestFirst}
      </Typography>
      <DataRows
        label={WORDS.common.openBets}
        rows={data?.openBets ?? []}
        id={({ id }) => id}
        nothing={data === null ? WORDS.betting.reading : WORDS.betting.noBetOnItIsOpenAnyMore}
        columns={[
          { head: WORDS.common.customer, cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: WORDS.common.bet, cell: (bet) => betInWords(bet) },
          { head: WORDS.common.stake, cell: stakeOf, right: true },
          { head: WORDS.betting.potentialReturns, cell: ({ potentialReturnsMinor, currency }) => money(potentialReturnsMinor, currency), right: true },
          { head: WORDS.common.placed, cell: ({ placedAt }) => moment(placedAt, brand) },
          { head: WORDS.common.state, cell: (bet) => <ToneChip tone={bet.void ? 'warning' : 'neutral'} label={bet.void ? WORDS.common.void : statusName(bet.status)} /> },
          { head: WORDS.common.change, cell: (bet) => mayVoid && !bet.void && <VoidBet bet={bet} onSettled={reload} /> },
        ]}
      />
    </>
  );
}

function VoidBet({ bet, onSettled }: { readonly bet: OpenBet; readonly onSettled: () => void }) {
  const notify = useNotify();
  return (
    <ChangeButton
      label={WORDS.betting.proposeToVoid}
      question={WORDS.betting.betVoidOnceAnotherTrader({ stake: money(bet.stakeMinor, bet.currency) })}
      change={(reason) => run(PROPOSE_BET_VOID, { input: { bet: bet.id, reason } })}
      wantsReason
      color="error"
      onDone={() => notify(WORDS.common.submittedForApproval, { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
