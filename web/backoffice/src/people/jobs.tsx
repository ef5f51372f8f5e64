/** Long work: its progress and its result. */
import LinearProgress from '@mui/material/LinearProgress';
import Stop from '@mui/icons-material/Stop';
import Typography from '@mui/material/Typography';
import { DataTable, Labeled, Show, ShowButton, SimpleShowLayout, TextField, TopToolbar, useRecordContext } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { JsonField } from '../components/JsonField.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { brandOrAll } from '../frame/names.ts';
import { run } from '../graph/graph.ts';
import { CANCEL_JOB } from '../graph/generated/operations.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { WORDS } from '../words/index.ts';

import type { Job, JobStatus } from '../graph/generated/operations.ts';

const field: FieldsOf<Job> = fieldName;
const UNFINISHED = new Set<JobStatus | undefined>(['QUEUED', 'RUNNING']);
const AGAIN_MS = 1000;

/** A job that is not finished is read again and again. */
const UNTIL_FINISHED = {
  refetchInterval: ({ state }: { readonly state: { readonly data: Job | undefined } }) =>
    UNFINISHED.has(state.data?.status) ? AGAIN_MS : false,
} as const;

function CreatedAt() {
  return <MomentField source={field('createdAt')} />;
}

/** The share that is done, as a bar; without a total, the count alone. */
function Progress() {
  const { done = 0, total = null } = useRecordContext<Job>() ?? {};
  if (total === null) return <Typography variant="body2">{done}</Typography>;
  const share = total === 0 ? 100 : Math.min(100, (100 * done) / total);
  return <LinearProgress variant="determinate" value={share} aria-label={WORDS.common.partOf({ part: done, whole: total })} />;
}

export function JobList() {
  return (
    <KeysetList rows={WORDS.people.jobs} rowClick="show">
      <DataTable.Col source={field('createdAt')} field={CreatedAt} disableSort />
      <DataTable.Col source={field('kind')} disableSort />
      <DataTable.Col source={field('brand')} disableSort render={({ brand }: Job) => brandOrAll(brand)} />
      <DataTable.Col source={field('createdBy')} disableSort />
      <DataTable.Col source={field('status')} disableSort />
      <DataTable.Col label={WORDS.people.progress} field={Progress} disableSort />
      <DataTable.Col label={WORDS.common.open} field={ShowButton} disableSort />
    </KeysetList>
  );
}

function Cancel() {
  const record = useRecordContext<Job>();
  if (record === undefined || !UNFINISHED.has(record.status)) return <TopToolbar />;
  return (
    <TopToolbar>
      <ChangeButton
        label={WORDS.people.cancelTheJob}
        done={WORDS.common.deedDone.jobCancelled}
        question={WORDS.people.itEndsAtItsNextStep}
        change={() => run(CANCEL_JOB, { id: record.id })}
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
        <TextField source={field('kind')} />
        <TextField source={field('brand')} emptyText={WORDS.common.allBrandsInline} />
        <TextField source={field('status')} />
        <Labeled label={WORDS.people.progress}>
          <Progress />
        </Labeled>
        <MomentField source={field('createdAt')} />
        <TextField source={field('createdBy')} />
        <MomentField source={field('finishedAt')} />
        <JsonField source={field('arguments')} label={WORDS.people.arguments} />
        <JsonField source={field('result')} label={WORDS.common.result} />
        <TextField source={field('error')} emptyText="–" />
      </SimpleShowLayout>
    </Show>
  );
}
