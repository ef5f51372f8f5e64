/** The form of an entry: its placements, then what customers see before and after, and the proposal. */
import Add from '@mui/icons-material/Add';
import Send from '@mui/icons-material/Send';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { emptyPlacement, formOf, inputOf, inWords, type PlacementForm } from './placement.ts';
import { PlacementFields } from './PlacementFields.tsx';
import { PreviewLists } from './PreviewLists.tsx';
import { RemoveButton } from './RemoveButton.tsx';
import { EMPTY_AT, SCOPES, sentences } from './words.ts';
import { firstSeenIn, Where, type SeenIn } from './Where.tsx';
import { AsksToLeave } from '../../components/AsksToLeave.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { useMay } from '../../operations/page/may.ts';
import { run } from '../../graph/graph.ts';
import { useDelayed } from '../../graph/useDelayed.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { messageOf } from '../../session/session.ts';
import { zoneName } from '../../time/moments.ts';
import { PROPOSE_BOARD_ENTRY, TRY_BOARD_ENTRY } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { BoardBrand, BoardEntry, BoardPreview } from '../../graph/generated/operations.ts';

const MAX_PLACEMENTS = 20;

interface Props {
  readonly brand: BoardBrand;
  readonly entry: BoardEntry;
  readonly onProposed: () => void;
}

function startOf(entry: BoardEntry): readonly PlacementForm[] {
  return entry.placements.length === 0 ? [emptyPlacement()] : entry.placements.map(formOf);
}

export function EntryForm({ brand, entry, onProposed }: Props) {
  const may = useMay('events.edit');
  const [first, setFirst] = useState(() => startOf(entry));
  const [placements, setPlacements] = useState(first);
  /** The revision that the form was made from: what the server compares. */
  const [seen, setSeen] = useState(entry.revision);
  const [chosen, setChosen] = useState<SeenIn | null>(null);
  const [at, setAt] = useState('');
  const { item } = entry;
  const key = { brand: brand.id, scope: item.scope, entry: item.entry };
  const seenIn = chosen ?? firstSeenIn(brand, placements[0]?.territories ?? [], Object.keys(placements[0]?.names ?? {}));
  const asked = useDelayed({ ...key, placements, ...seenIn, at });
  const tried = useGraph(TRY_BOARD_ENTRY, { input: { ...asked, placements: asked.placements.map(inputOf) } });
  const preview = tried.data?.tryBoardEntry ?? null;
  const isTried = asked.placements === placements && preview !== null;

  function restart(from: BoardEntry) {
    const start = startOf(from);
    setFirst(start);
    setPlacements(start);
    setSeen(from.revision);
  }

  return (
    <Stack spacing={2} component="section" aria-label={WORDS.common.howItIsShown}>
      <AsksToLeave hasChanges={may && placements !== first} />
      {entry.revision !== seen && (
        <Alert severity="warning" role="status" action={<Button color="inherit" onClick={() => restart(entry)}>{WORDS.board.startFromRevision({ revision: entry.revision })}</Button>}>
          {WORDS.board.revisionWasApprovedMeanwhile({ revision: entry.revision, seen })}
        </Alert>
      )}
      <PlacementList brand={brand} placements={placements} preview={preview} readOnly={!may} onChange={setPlacements} />
      <Typography variant="h6" component="h3">
        {WORDS.common.whatCustomersSee}
      </Typography>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap' }}>
        <Where brand={brand} filters={seenIn} onChange={(changed) => setChosen({ ...seenIn, ...changed })} />
        <TextField label={WORDS.common.atTimeZone({ timeZone: zoneName(brand.timeZone) })} type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} helperText={EMPTY_AT} />
      </Stack>
      {tried.problem !== '' && <Alert severity="error">{tried.problem}</Alert>}
      {preview === null ? tried.problem === '' && <Waiting problem="" /> : <PreviewLists preview={preview} brand={brand.id} scope={item.scope} entry={item.entry} />}
      {may && (
        <Proposing
          {...key}
          placements={placements}
          seen={seen}
          disabled={!isTried || preview.problems.length > 0 || placements === first}
          onProposed={() => {
            setPlacements(first);
            onProposed();
          }}
        />
      )}
      {may && item.onBoard && <RemoveButton {...key} seen={seen} onProposed={onProposed} />}
    </Stack>
  );
}

interface ListProps {
  readonly brand: BoardBrand;
  readonly placements: readonly PlacementForm[];
  readonly preview: BoardPreview | null;
  readonly readOnly: boolean;
  readonly onChange: (placements: readonly PlacementForm[]) => void;
}

function PlacementList({ brand, placements, preview, readOnly, onChange }: ListProps) {
  function move(at: number, by: number) {
    const [from, to] = [placements[at], placements[at + by]];
    if (from === undefined || to === undefined) return;
    onChange(placements.map((one) => (one === from ? to : one === to ? from : one)));
  }
  return (
    <>
      {placements.map((placement, at) => (
        <PlacementFields
          key={placement.key}
          brand={brand}
          placement={placement}
          at={at}
          count={placements.length}
          problems={preview?.problems ?? []}
          warnings={preview?.warnings ?? []}
          readOnly={readOnly}
          onChange={(changed) => onChange(placements.map((one) => (one.key === placement.key ? { ...one, ...changed } : one)))}
          onMove={(by) => move(at, by)}
          onRemove={() => onChange(placements.filter((one) => one.key !== placement.key))}
        />
      ))}
      {!readOnly && (
        <div>
          <Button startIcon={<Add />} disabled={placements.length >= MAX_PLACEMENTS} onClick={() => onChange([...placements, emptyPlacement()])}>
            {WORDS.board.showOtherwiseElsewhere}
          </Button>
        </div>
      )}
    </>
  );
}

interface ProposingProps {
  readonly brand: string;
  readonly scope: BoardEntry['item']['scope'];
  readonly entry: string;
  readonly placements: readonly PlacementForm[];
  readonly seen: number;
  readonly disabled: boolean;
  readonly onProposed: () => void;
}

/** The consequence, then the deed. */
function Proposing({ brand, scope, entry, placements, seen, disabled, onProposed }: ProposingProps) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const notify = useNotify();

  async function propose() {
    setBusy(true);
    setProblem('');
    try {
      await run(PROPOSE_BOARD_ENTRY, { input: { brand, scope, entry, revision: seen, placements: placements.map(inputOf), reason } });
      setReason('');
      notify(WORDS.common.submittedForApproval, { type: 'success' });
      onProposed();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack spacing={1} sx={{ maxWidth: 640 }}>
      <Alert severity="info" role="status" aria-label={WORDS.common.consequence}>
        {sentences(placements.map((placement) => inWords(placement, brand)), scope).map((sentence) => (
          <div key={sentence}>{sentence}</div>
        ))}
        <div>{WORDS.board.someoneElseMustApproveIt({ scope: SCOPES[scope] })}</div>
      </Alert>
      <TextField label={WORDS.common.reason} value={reason} onChange={(event) => setReason(event.target.value)} helperText={WORDS.common.approverAndAuditLogSeeIt} multiline />
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      <div>
        <Button variant="contained" startIcon={<Send />} disabled={disabled || isBusy || reason.trim() === ''} onClick={() => void propose()}>
          {WORDS.common.propose}
        </Button>
      </div>
    </Stack>
  );
}
