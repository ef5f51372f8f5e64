/** What waits for a person: each offer beside the events that it may be of, with what differs. */
import CallMerge from '@mui/icons-material/CallMerge';
import CallSplit from '@mui/icons-material/CallSplit';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import { useNotify } from 'react-admin';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { EmptyState } from '../look/EmptyState.tsx';
import { Failed, SkeletonRows } from '../components/Waiting.tsx';
import { Comparison } from './Comparison.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { consequence, nameOf, VERDICTS } from './words.ts';
import { DECIDES, useMatchDecided } from './waitingMatches.ts';
import { moment, recently } from '../time/moments.ts';
import { run } from '../graph/graph.ts';
import { word } from '../money/amounts.ts';
import { sportName } from './OfferList.tsx';
import { useMay } from '../operations/page/may.ts';
import { usePages } from './usePages.tsx';
import { usePolled } from '../operations/page/usePolled.ts';
import { DECIDE_MATCH, WAITING_MATCHES } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Candidate, MatchVerdict, WaitingMatch } from '../graph/generated/operations.ts';

const SECONDS = 3;
const SHOWN = 10;

export function WaitingMatches() {
  const { after, buttons } = usePages(WORDS.events.matchesInline);
  const { data, problem, refresh } = usePolled(WAITING_MATCHES, { first: SHOWN, after }, SECONDS);
  const page = data?.waitingMatches;
  if (page === undefined) return problem === '' ? <SkeletonRows rows={6} /> : <Failed problem={problem} />;
  return (
    <>
      {problem !== '' && <Failed problem={problem} />}
      {page.nodes.length === 0 && (
        <Paper variant="outlined">
          <EmptyState why={WORDS.events.noMatchWaitsForADecision} filledBy={WORDS.events.offersSimilarEventButNot} />
        </Paper>
      )}
      <Stack spacing={2} sx={{ marginBottom: 2 }}>
        {page.nodes.map((match) => (
          <Match key={match.id} match={match} onDecided={refresh} />
        ))}
      </Stack>
      {buttons(page)}
    </>
  );
}

interface Props {
  readonly match: WaitingMatch;
  readonly onDecided: () => void;
}

function Match({ match, onDecided }: Props) {
  const title = useId();
  const [first] = match.offers;
  return (
    <Card component="article" variant="outlined" aria-labelledby={title}>
      <CardContent>
        <Typography id={title} variant="h6" component="h3">
          {nameOf(match)}
        </Typography>
        <Typography color="textSecondary">
          {sportName(match.sport)} · {moment(first?.startsAt, null)} · {word(first?.status ?? '')} · {match.offers.map(({ provider }) => provider).join(', ')}
        </Typography>
        {match.candidates.map((candidate) => (
          <Question key={candidate.id} match={match} candidate={candidate} onDecided={onDecided} />
        ))}
      </CardContent>
    </Card>
  );
}

function Question({ match, candidate, onDecided }: Props & { readonly candidate: Candidate }) {
  const may = useMay(DECIDES);
  const name = nameOf(candidate);
  return (
    <Box component="section" aria-label={WORDS.events.isItOneOf({ name })} sx={{ borderTop: 1, borderColor: 'divider', marginTop: 2, paddingTop: 2 }}>
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center', marginBottom: 1 }}>
        <Typography sx={{ fontWeight: 600 }}>{WORDS.events.isIt({ name })}</Typography>
        <ToneChip tone="waiting" label={WORDS.events.alike({ confidence: Math.round(candidate.confidence * 100) })} />
        {candidate.waiting && <ToneChip tone="warning" label={WORDS.events.waitsAsWell} />}
      </Stack>
      <Comparison match={match} candidate={candidate} />
      <Decided candidate={candidate} />
      {may && candidate.decided === null && (
        <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', marginTop: 1 }}>
          <Decide verdict="SAME" match={match} candidate={candidate} onDecided={onDecided} />
          <Decide verdict="DIFFERENT" match={match} candidate={candidate} onDecided={onDecided} />
        </Stack>
      )}
    </Box>
  );
}

function Decided({ candidate: { decided } }: { readonly candidate: Candidate }) {
  if (decided === null) return null;
  return (
    <Alert severity="info" role="status" sx={{ marginTop: 1 }}>
      {WORDS.events.decidedAt({ by: decided.by, verdict: VERDICTS[decided.verdict].toLowerCase(), at: recently(decided.at) })}
    </Alert>
  );
}

function Decide({ verdict, match, candidate, onDecided }: Props & { readonly verdict: MatchVerdict; readonly candidate: Candidate }) {
  const notify = useNotify();
  const decided = useMatchDecided();
  const input = { waiting: match.id, candidate: candidate.id, version: candidate.version, verdict };
  return (
    <ChangeButton
      label={VERDICTS[verdict]}
      question={consequence(verdict, match, candidate)}
      change={(reason) => run(DECIDE_MATCH, { input: { ...input, reason } })}
      wantsReason
      isMain={verdict === 'SAME'}
      icon={verdict === 'SAME' ? <CallMerge /> : <CallSplit />}
      onDone={() => notify(WORDS.events.decided({ verdict: VERDICTS[verdict].toLowerCase() }), { type: 'success' })}
      onSettled={() => {
        onDecided();
        decided();
      }}
    />
  );
}
