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
import { WORDS } from '../words/index.ts';

import type { Tone } from '../look/theme.ts';
import type { MatchDecision, MatchDecisionState, NamedOffer } from '../graph/generated/operations.ts';

const SECONDS = 3;
const SHOWN = 25;
const TONES: Readonly<Record<MatchDecisionState, Tone>> = { IN_FORCE: 'good', BEING_APPLIED: 'waiting', REFUSED: 'bad', UNDONE: 'neutral' };

export function MadeDecisions() {
  const { after, buttons } = usePages(WORDS.events.decisionsInline);
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
          {WORDS.events.decisionsAreNotFollowed({ refused })} {WHY_NOT_FOLLOWED}
        </Alert>
      )}
      <DataRows
        label={WORDS.events.decisions}
        rows={page.nodes}
        id={({ id }) => id}
        nothing={WORDS.events.nobodyHasDecidedAboutAMatchYet}
        filledBy={WORDS.events.whatYouDecideUnderWaiting}
        columns={[
          { head: WORDS.events.offers, cell: ({ first, second }) => [first, second].map((offer) => <Named key={offer.provider} offer={offer} />) },
          { head: WORDS.common.decision, cell: ({ verdict }) => (verdict === null ? WORDS.events.noneAnyMore : VERDICTS[verdict]) },
          { head: WORDS.common.state, cell: ({ state }) => <ToneChip tone={TONES[state]} label={STATES[state]} /> },
          { head: WORDS.common.by, cell: ({ by }) => by },
          { head: WORDS.common.when, cell: ({ at }) => moment(at, null) },
          { head: WORDS.common.why, cell: ({ reason }) => reason ?? '–' },
          { head: WORDS.common.change, cell: (decision) => may && decision.verdict !== null && <UndoDecision decision={decision} onDone={refresh} />, isMenu: true },
        ]}
      />
      {buttons(page)}
    </>
  );
}

function Named({ offer: { provider, sportsEventId, offer } }: { readonly offer: NamedOffer }) {
  return (
    <Typography variant="body2">
      {offer?.name ?? WORDS.events.noLongerOffered({ sportsEventId })} <span>({provider})</span>
    </Typography>
  );
}

function UndoDecision({ decision, onDone }: { readonly decision: MatchDecision; readonly onDone: () => void }) {
  const changed = useMatchDecided();
  return (
    <ChangeButton
      label={WORDS.events.undo}
      done={WORDS.common.deedDone.undone}
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
