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

import type { OpenBet } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly selection: string;
  readonly pick: string;
}

export function OpenBetRows({ brand, selection, pick }: Props) {
  const { data, problem, reload } = useGraph(OPEN_BETS, { brand, selection });
  const mayVoid = useMay('betting.void');
  if (problem !== '') return <Failed problem={problem} />;
  return (
    <>
      <Typography variant="h6" component="h3" gutterBottom>
        Open bets on {pick}
      </Typography>
      <Typography color="textSecondary" sx={{ marginBottom: 1 }}>
        Those that may win most first, at most 25. Views of customer data are logged.
      </Typography>
      <DataRows
        label="Open bets"
        rows={data?.openBets ?? []}
        id={({ id }) => id}
        nothing={data === null ? 'Reading…' : 'No bet on it is open any more.'}
        columns={[
          { head: 'Customer', cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: 'Bet', cell: (bet) => betInWords(bet) },
          { head: 'Stake', cell: (bet) => `${money(bet.stakeMinor, bet.currency)}${bet.eachWay ? ' each way' : ''}${bet.free ? ', free bet' : ''}`, right: true },
          { head: 'Potential returns', cell: ({ potentialReturnsMinor, currency }) => money(potentialReturnsMinor, currency), right: true },
          { head: 'Placed', cell: ({ placedAt }) => moment(placedAt, brand) },
          { head: 'State', cell: (bet) => <ToneChip tone={bet.void ? 'warning' : 'neutral'} label={bet.void ? 'Void' : statusName(bet.status)} /> },
          { head: 'Change', cell: (bet) => mayVoid && !bet.void && <VoidBet bet={bet} onSettled={reload} /> },
        ]}
      />
    </>
  );
}

function VoidBet({ bet, onSettled }: { readonly bet: OpenBet; readonly onSettled: () => void }) {
  const notify = useNotify();
  return (
    <ChangeButton
      label="Propose to void"
      question={`The bet of ${money(bet.stakeMinor, bet.currency)} is void once another trader approves it: its stake goes back. Say what was wrong.`}
      change={(reason) => run(PROPOSE_BET_VOID, { input: { bet: bet.id, reason } })}
      wantsReason
      color="error"
      onDone={() => notify('Submitted for approval', { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
