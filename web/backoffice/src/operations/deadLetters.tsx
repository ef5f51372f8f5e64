/** Dead letters: records that a consumer could not apply, why, and their replay singly or all together. */
import Replay from '@mui/icons-material/Replay';
import Science from '@mui/icons-material/Science';
import Alert from '@mui/material/Alert';
import { useRef, useState } from 'react';
import {
  DataTable,
  FunctionField,
  SelectInput,
  Show,
  ShowButton,
  SimpleShowLayout,
  TextField,
  TextInput,
  TopToolbar,
  useListContext,
  useNotify,
  useRecordContext,
  useRedirect,
} from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { IdText } from '../look/IdText.tsx';
import { TechnicalDetails } from '../look/TechnicalDetails.tsx';
import { useMay } from './page/may.ts';
import { run } from '../graph/graph.ts';
import { REPLAY, REPLAY_ALL } from '../graph/generated/operations.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { WORDS } from '../words/index.ts';

import type { DeadLetter, Replay as ReplayData, ReplayAll as ReplayAllData, ReplayFate } from '../graph/generated/operations.ts';

const field: FieldsOf<DeadLetter> = fieldName;
const APPS = ['progress', 'club', 'rewards', 'fulfilment', 'backoffice'].map((id) => ({ id, name: id }));
const DEFAULT_FILTERS = { app: 'progress' };
const FILTERS = [
  <SelectInput key="app" source="app" label={WORDS.operations.consumer} choices={APPS} alwaysOn emptyText={false} isRequired />,
  <TextInput key="topic" source="topic" alwaysOn />,
];

const FATES: Readonly<Record<ReplayFate, string>> = WORDS.operations.fates;

/** Return the outcome of a replay, and why a letter stays. */
export function outcomeInWords(fate: ReplayFate, reason: string, dryRun: boolean): string {
  const words = `${FATES[fate]}.${reason === '' ? '' : ` ${reason}`}`;
  return dryRun ? WORDS.operations.dryRunNothingIsChanged({ words }) : WORDS.operations.replayed({ words });
}

function ReplayAll() {
  const filters = useListContext().filterValues as { readonly app?: string; readonly topic?: string };
  const may = useMay('operations.replay');
  const notify = useNotify();
  const redirect = useRedirect();
  const { app = '' } = filters;
  const topic = filters.topic === undefined || filters.topic === '' ? null : filters.topic;
  if (!may || app === '') return <TopToolbar />;
  const all = topic === null ? WORDS.operations.allDeadLettersOf({ app }) : WORDS.operations.allDeadLettersOfFrom({ app, topic });

  function started({ replayDeadLetters: job }: ReplayAllData) {
    notify(WORDS.operations.jobStarted, { type: 'success' });
    redirect('show', 'jobs', job);
  }

  return (
    <TopToolbar>
      <ChangeButton
        label={WORDS.operations.dryRunOfAll}
        question={WORDS.operations.aJobTellsWhatWouldHappenTo({ all })}
        change={() => run(REPLAY_ALL, { input: { app, topic, dryRun: true } })}
        icon={<Science />}
        onDone={started}
      />
      <ChangeButton
        label={WORDS.operations.replayAll}
        question={WORDS.operations.aJobApplies({ all })}
        change={(reason) => run(REPLAY_ALL, { input: { app, topic, dryRun: false, reason } })}
        wantsReason
        color="error"
        icon={<Replay />}
        onDone={started}
      />
    </TopToolbar>
  );
}

function StoredAt() {
  return <MomentField source={field('storedAt')} />;
}

export function DeadLetterList() {
  return (
    <KeysetList
      rows={WORDS.common.deadLetters}
      rowClick="show"
      title={WORDS.frame.screens.deadLetters}
      filters={FILTERS}
      filterDefaultValues={DEFAULT_FILTERS}
      actions={<ReplayAll />}
    >
      <DataTable.Col source={field('id')} label={WORDS.operations.letter} disableSort />
      <DataTable.Col source={field('reason')} label={WORDS.operations.whatIsWrong} disableSort />
      <DataTable.Col source={field('topic')} disableSort />
      <DataTable.Col label={WORDS.operations.partitionOffset} disableSort render={({ partition, offset }: DeadLetter) => <IdText id={`${partition}:${offset}`} />} />
      <DataTable.Col label={WORDS.operations.stored} field={StoredAt} disableSort />
      <DataTable.Col label={WORDS.common.open} field={ShowButton} disableSort />
    </KeysetList>
  );
}

interface Outcome {
  readonly words: string;
  readonly details: string;
}

function ReplayOne({ onOutcome }: { readonly onOutcome: (outcome: Outcome) => void }) {
  const record = useRecordContext<DeadLetter>();
  const may = useMay('operations.replay');
  if (record === undefined || !may) return null;
  const letter = record.id;

  function done(dryRun: boolean) {
    return ({ replayDeadLetter: { fate, reason, details } }: ReplayData) => {
      onOutcome({ words: outcomeInWords(fate, reason, dryRun), details });
    };
  }

  return (
    <TopToolbar>
      <ChangeButton
        label={WORDS.common.dryRun}
        question={WORDS.operations.whatWouldHappenIfApplied}
        change={() => run(REPLAY, { input: { letter, dryRun: true } })}
        icon={<Science />}
        onDone={done(true)}
      />
      <ChangeButton
        label={WORDS.operations.replay}
        question={WORDS.operations.appliedConsumerWouldApply}
        change={(reason) => run(REPLAY, { input: { letter, dryRun: false, reason } })}
        wantsReason
        color="error"
        icon={<Replay />}
        onDone={done(false)}
      />
    </TopToolbar>
  );
}

/** Return a record's JSON with a field a line; what is no JSON stays as it came. */
export function indented(value: string | null): string {
  if (value === null) return '–';
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

function LetterTitle() {
  const letter = useRecordContext<DeadLetter>();
  return letter === undefined ? WORDS.frame.screens.deadLetters : WORDS.operations.deadLetter({ id: letter.id });
}

function Value({ value }: Pick<DeadLetter, 'value'>) {
  return (
    <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}>{indented(value)}</pre>
  );
}

export function DeadLetterShow() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const latest = useRef('');
  const notify = useNotify();
  const redirect = useRedirect();

  function show(found: Outcome) {
    latest.current = found.words;
    setOutcome(found);
  }

  /** A letter that was applied can no longer be read: the list says what became of it. */
  function isGone() {
    if (latest.current === '') notify('ra.notification.item_doesnt_exist', { type: 'error' });
    else notify(latest.current, { type: 'success' });
    redirect('list', 'deadLetters');
  }

  return (
    <Show title={<LetterTitle />} actions={<ReplayOne onOutcome={show} />} queryOptions={{ onError: isGone }}>
      <SimpleShowLayout>
        {outcome !== null && (
          <Alert severity="info" role="status">
            {outcome.words}
            <TechnicalDetails of={outcome.details} />
          </Alert>
        )}
        <TextField source={field('id')} label={WORDS.operations.letter} />
        <FunctionField
          label={WORDS.operations.whatIsWrong}
          render={({ reason, details }: DeadLetter) => (
            <>
              {reason}
              <TechnicalDetails of={details} />
            </>
          )}
        />
        <TextField source={field('topic')} />
        <TextField source={field('partition')} />
        <TextField source={field('offset')} />
        <MomentField source={field('storedAt')} />
        <TextField source={field('key')} emptyText="–" />
        <FunctionField label={WORDS.operations.record} render={({ value }: DeadLetter) => <Value value={value} />} />
      </SimpleShowLayout>
    </Show>
  );
}
