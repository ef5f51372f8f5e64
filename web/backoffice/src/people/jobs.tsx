/** Long work: its progress and its result. */
import LinearProgress from '@mui/material/LinearProgress';
import Stop from '@mui/icons-material/Stop';
import Typography from '@mui/material/Typography';
import { DataTable, Labeled, Show, ShowButton, SimpleShowLayout, TextField, TopToolbar, useRecordContext } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { JsonField } from '../components/JsonField.tsx';
import { KeysetList } from '../components/KeysetList.tsx';

import type { RaRecord } from 'react-admin';

const CANCEL = `mutation Cancel($id: ID!) { cancelJob(id: $id) { id status } }`;
const UNFINISHED = new Set(['QUEUED', 'RUNNING']);
const AGAIN_MS = 1000;

/** A job that is not finished is read again and again. */
const UNTIL_FINISHED = {
  refetchInterval: ({ state }: { readonly state: { readonly data: RaRecord | undefined } }) =>
    UNFINISHED.has(String(state.data?.['status'])) ? AGAIN_MS : false,
} as const;

function CreatedAt() {
  return <MomentField source="createdAt" />;
}

/** The share that is done, as a bar; without a total, the count alone. */
function Progress() {
  const record = useRecordContext();
  const done = Number(record?.['done'] ?? 0);
  const total = typeof record?.['total'] === 'number' ? record['total'] : null;
  if (total === null) return <Typography variant="body2">{done}</Typography>;
  const share = total === 0 ? 100 : Math.min(100, (100 * done) / total);
  return <LinearProgress variant="determinate" value={share} aria-label={`${done} of ${total}`} />;
}

export function JobList() {
  return (
    <KeysetList rows="jobs" rowClick="show">
      <DataTable.Col source="createdAt" field={CreatedAt} disableSort />
      <DataTable.Col source="kind" disableSort />
      <DataTable.Col source="brand" disableSort />
      <DataTable.Col source="createdBy" disableSort />
      <DataTable.Col source="status" disableSort />
      <DataTable.Col label="Progress" field={Progress} disableSort />
      <DataTable.Col label="Open" field={ShowButton} disableSort />
    </KeysetList>
  );
}

function Cancel() {
  const record = useRecordContext();
  if (record === undefined || !UNFINISHED.has(String(record['status']))) return <TopToolbar />;
  return (
    <TopToolbar>
      <ChangeButton
        label="Cancel the job"
        question="It ends at its next step; what it has done so far is kept."
        mutation={CANCEL}
        variables={() => ({ id: record.id })}
        color="error"
        icon={<Stop />}
      />
    </TopToolbar>
  );
}

export function JobShow() {
  return (
    <Show actions={<Cancel />} queryOptions={UNTIL_FINISHED}>
      <SimpleShowLayout>
        <TextField source="kind" />
        <TextField source="brand" emptyText="all brands" />
        <TextField source="status" />
        <Labeled label="Progress">
          <Progress />
        </Labeled>
        <MomentField source="createdAt" />
        <TextField source="createdBy" />
        <MomentField source="finishedAt" />
        <JsonField source="arguments" label="Arguments" />
        <JsonField source="result" label="Result" />
        <TextField source="error" emptyText="–" />
      </SimpleShowLayout>
    </Show>
  );
}
