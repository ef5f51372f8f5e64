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

import type { DeadLetter, Replay as ReplayData, ReplayAll as ReplayAllData, ReplayFate } from '../graph/generated/operations.ts';

const field: FieldsOf<DeadLetter> = fieldName;
const APPS = ['progress', 'club', 'rewards', 'fulfilment', 'backoffice'].map((id) => ({ id, name: id }));
const DEFAULT_FILTERS = { app: 'progress' };
const FILTERS = [
  <SelectInput key="app" source="app" label="Consumer" choices={APPS} alwaysOn emptyText={false} isRequired />,
  <TextInput key="topic" source="topic" alwaysOn />,
];

const FATES: Readonly<Record<ReplayFate, string>> = {
  APPLIED: 'it is applied, and the letter is gone',
  PUBLISHED: 'it is published again',
  STALE: 'it had been applied already, or something newer had; the letter is gone',
  POISON: 'it still cannot be applied',
  UNREAD: 'the consumer no longer reads its topic',
  GONE: 'the letter is not there any more',
};

/** Return the outcome of a replay, and why a letter stays. */
export function outcomeInWords(fate: ReplayFate, reason: string, dryRun: boolean): string {
  const words = `${FATES[fate]}.${reason === '' ? '' : ` ${reason}`}`;
  return dryRun ? `Dry run, nothing is changed. It would be: ${words}` : `Replayed: ${words}`;
}

function ReplayAll() {
  const filters = useListContext().filterValues as { readonly app?: string; readonly topic?: string };
  const may = useMay('operations.replay');
  const notify = useNotify();
  const redirect = useRedirect();
  const { app = '' } = filters;
  const topic = filters.topic === undefined || filters.topic === '' ? null : filters.topic;
  if (!may || app === '') return <TopToolbar />;
  const all = `all dead letters of ${app}${topic === null ? '' : ` from ${topic}`}`;

  function started({ replayDeadLetters: job }: ReplayAllData) {
    notify('Job started', { type: 'success' });
    redirect('show', 'jobs', job);
  }

  return (
    <TopToolbar>
      <ChangeButton
        label="Dry run of all"
        question={`A job tells what would happen to ${all}. Nothing is changed.`}
        change={() => run(REPLAY_ALL, { input: { app, topic, dryRun: true } })}
        icon={<Science />}
        onDone={started}
      />
      <ChangeButton
        label="Replay all"
        question={`A job applies ${all}. Each is applied once, also if the job is interrupted; what still cannot be applied stays.`}
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
      rows="dead letters"
      rowClick="show"
      title="Dead letters"
      filters={FILTERS}
      filterDefaultValues={DEFAULT_FILTERS}
      actions={<ReplayAll />}
    >
      <DataTable.Col source={field('id')} label="Letter" disableSort />
      <DataTable.Col source={field('reason')} label="What is wrong" disableSort />
      <DataTable.Col source={field('topic')} disableSort />
      <DataTable.Col label="Partition:offset" disableSort render={({ partition, offset }: DeadLetter) => <IdText id={`${partition}:${offset}`} />} />
      <DataTable.Col label="Stored" field={StoredAt} disableSort />
      <DataTable.Col label="Open" field={ShowButton} disableSort />
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
        label="Dry run"
        question="What would happen if it were applied now? Nothing is changed."
        change={() => run(REPLAY, { input: { letter, dryRun: true } })}
        icon={<Science />}
        onDone={done(true)}
      />
      <ChangeButton
        label="Replay"
        question="It is applied as its consumer would apply it now, and the letter is removed."
        change={(reason) => run(REPLAY, { input: { letter, dryRun: false, reason } })}
        wantsReason
        color="error"
        icon={<Replay />}
        onDone={done(false)}
      />
    </TopToolbar>
  );
}

function Value({ value }: Pick<DeadLetter, 'value'>) {
  return (
    <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}>{value ?? '–'}</pre>
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
    <Show actions={<ReplayOne onOutcome={show} />} queryOptions={{ onError: isGone }}>
      <SimpleShowLayout>
        {outcome !== null && (
          <Alert severity="info" role="status">
            {outcome.words}
            <TechnicalDetails of={outcome.details} />
          </Alert>
        )}
        <TextField source={field('id')} label="Letter" />
        <FunctionField
          label="What is wrong"
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
        <FunctionField label="Record" render={({ value }: DeadLetter) => <Value value={value} />} />
      </SimpleShowLayout>
    </Show>
  );
}
