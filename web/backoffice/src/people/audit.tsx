/** The audit log: who did what, with the subject before and after it. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import { DataTable, TextInput, useRecordContext } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { JsonField } from '../components/JsonField.tsx';
import { ActionInput, useEverybody, UserInput } from './auditFilters.tsx';
import { BrandInput } from '../content/BrandInput.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { brandName } from '../frame/names.ts';
import { subjectName } from '../frame/subjects.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { Facts } from '../look/Facts.tsx';
import { IdText } from '../look/IdText.tsx';
import { WORDS } from '../words/index.ts';

import type { AuditEntry } from '../graph/generated/operations.ts';

const field: FieldsOf<AuditEntry> = fieldName;
const FILTERS = [
  <BrandInput key="brand" source="brand" alwaysOn />,
  <ActionInput key="action" source="action" alwaysOn />,
  <UserInput key="userId" source="userId" alwaysOn />,
  <TextInput key="subject" source="subject" label={WORDS.people.subjectsId} />,
];

function At() {
  return <MomentField source={field('at')} />;
}

/** What it was done to: its kind, its name if it has one, and its id. */
function Subject() {
  const record = useRecordContext<AuditEntry>();
  const account = useEverybody().find(({ id }) => record?.subject === `user:${id}`);
  if (record === undefined) return null;
  const name = account?.name ?? subjectName(record.subject);
  return (
    <Stack>
      <span>{name === null ? record.subjectKind : WORDS.people.kindAndName({ kind: record.subjectKind, name })}</span>
      <IdText id={record.subject} />
    </Stack>
  );
}

/** What those look for who compare the log with another one: its number, its codes, from where. */
function Codes({ of: { id, action, userId, address, hash } }: { readonly of: AuditEntry }) {
  const codes = [
    [WORDS.people.numberOfEntry, id],
    [WORDS.common.action, action],
    [WORDS.people.userId, userId],
    [WORDS.common.address, address],
    [WORDS.people.hash, hash],
  ] as const;
  return (
    <Box sx={{ marginBottom: 2 }}>
      <Facts rows={codes.map(([name, code]) => [name, <IdText key={name} id={code} />])} />
    </Box>
  );
}

/** A row's subject before and after, in a dialog that the keyboard reaches too. */
function Details() {
  const [open, setOpen] = useState(false);
  const title = useId();
  const record = useRecordContext<AuditEntry>();
  if (record === undefined) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-label={WORDS.people.detailsOfEntry({ id: record.id })}>
        {WORDS.common.details}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} aria-labelledby={title} fullWidth maxWidth="md">
        <DialogTitle id={title}>
          {record.name}: {record.actionName}
        </DialogTitle>
        <DialogContent>
          <Codes of={record} />
          <Stack direction={{ xs: 'column', md: 'row' }} spacing={4}>
            {(['before', 'after'] as const).map((source) => (
              <Stack key={source} sx={{ flex: 1, minWidth: 0 }}>
                <Typography variant="subtitle2" component="h3">
                  {source === 'before' ? WORDS.common.before : WORDS.common.after}
                </Typography>
                <JsonField source={field(source)} />
              </Stack>
            ))}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{WORDS.common.close}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

export function AuditList() {
  return (
    <KeysetList rows={WORDS.people.entries} rowClick={false} filters={FILTERS}>
      <DataTable.Col source={field('at')} field={At} disableSort />
      <DataTable.Col source={field('name')} label={WORDS.common.who} disableSort />
      <DataTable.Col source={field('actionName')} label={WORDS.people.whatWasDone} disableSort />
      <DataTable.Col source={field('brand')} disableSort render={({ brand }: AuditEntry) => (brand === null ? '–' : brandName(brand))} />
      <DataTable.Col source={field('subject')} label={WORDS.people.toWhat} field={Subject} disableSort />
      <DataTable.Col source={field('reason')} disableSort />
      <DataTable.Col label={WORDS.common.details} field={Details} disableSort />
    </KeysetList>
  );
}
