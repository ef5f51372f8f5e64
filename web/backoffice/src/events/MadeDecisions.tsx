/** What people have decided about offers, what became of it, and how it is undone. */
import Undo from '@mui/icons-material/Undo';
import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { DataRows } from '../operations/page/DataRows.tsx';
import { Failed, SkeletonRows } from '../components/Waiting.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { DECIDES, useMatchDecided } from './waitingMatches.ts';
import { moment } from '../time/moments.ts';
import { run } from '../graph/graph.ts';
import { STATES, undone, VERDICTS, WHY_NOT_FOLLOWED } from './words.ts';
import { useMay } from '../operations/page/may.ts';
import { usePages } from './usePages.tsx';
import { usePolled } from '../operations/page/usePolled.ts';
import { MATCH_DECISIONS, UNDO_MATCH_DECISION } from '../graph/generated/operations.ts';

import type { Tone } from '../look/theme.ts';
import type { MatchDecision, MatchDecisionState, NamedOffer } from '../graph/generated/operations.ts';

const SECONDS = 3;
const SHOWN = 25;
const TONES: Readonly<Record<MatchDecisionState, Tone>> = { IN_FORCE: 'good', BEING_APPLIED: 'waiting', REFUSED: 'bad', UNDONE: 'neutral' };

export function MadeDecisions() {
  const { after, buttons } = usePages('decisions');
  const { data, problem, refresh } = usePolled(MATCH_DECISIONS, { first: SHOWN, after }, SECONDS);
  const may = useMay(DECIDES);
  const page = data?.matchDecisions;
  if (page === undefined) return problem === '' ? <SkeletonRows rows={6} /> : <Failed problem={problem} />;
  const refused = page.nodes.filter(({ state }) => state === 'REFUSED').length;
  return (
    <>
      {problem !== '' && <Failed problem={problem} />}
      {refused > 0 && (
        <Alert severity="warning" sx={{ marginBottom: 2 }}>
          {refused === 1 ? 'One decision is not followed.' : `${refused} decisions are not followed.`} {WHY_NOT_FOLLOWED}
        </Alert>
      )}
      <DataRows
        label="Decisions"
        rows={page.nodes}
        id={({ id }) => id}
        nothing="Nobody has decided about a match yet."
        filledBy="What you decide under Waiting appears here, with your reason. Each decision can be undone."
        columns={[
          { head: 'Offers', cell: ({ first, second }) => [first, second].map((offer) => <Named key={offer.provider} offer={offer} />) },
          { head: 'Decision', cell: ({ verdict }) => (verdict === null ? 'None any more' : VERDICTS[verdict]) },
          { head: 'State', cell: ({ state }) => <ToneChip tone={TONES[state]} label={STATES[state]} /> },
          { head: 'By', cell: ({ by }) => by },
          { head: 'When', cell: ({ at }) => moment(at, null) },
          { head: 'Why', cell: ({ reason }) => reason ?? '–' },
          { head: 'Change', cell: (decision) => may && decision.verdict !== null && <UndoDecision decision={decision} onDone={refresh} />, isMenu: true },
        ]}
      />
      {buttons(page)}
    </>
  );
}

function Named({ offer: { provider, sportsEventId, offer } }: { readonly offer: NamedOffer }) {
  return (
    <Typography variant="body2">
      {offer?.name ?? `${sportsEventId}, no longer offered`} <span>({provider})</span>
    </Typography>
  );
}

function UndoDecision({ decision, onDone }: { readonly decision: MatchDecision; readonly onDone: () => void }) {
  const changed = useMatchDecided();
  return (
    <ChangeButton
      label="Undo"
      question={undone(decision)}
      change={(reason) => run(UNDO_MATCH_DECISION, { input: { decision: decision.id, version: decision.version, reason } })}
      wantsReason
      color="error"
      icon={<Undo />}
      onSettled={() => {
        onDone();
        changed();
      }}
    />
  );
}
