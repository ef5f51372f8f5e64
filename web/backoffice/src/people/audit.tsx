/** The audit log: who did what, with the subject before and after it. */
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
import { BrandInput } from '../content/BrandInput.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { brandName } from '../frame/names.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { IdText } from '../look/IdText.tsx';
import { WORDS } from '../words/index.ts';

import type { AuditEntry } from '../graph/generated/operations.ts';

const field: FieldsOf<AuditEntry> = fieldName;
const FILTERS = [
  <BrandInput key="brand" source="brand" alwaysOn />,
  <TextInput key="subject" source="subject" alwaysOn />,
  <TextInput key="action" source="action" />,
  <TextInput key="userId" source="userId" label={WORDS.people.userId} />,
];

function At() {
  return <MomentField source={field('at')} />;
}

/** A row's subject before and after, in a dialog that the keyboard reaches too. */
function Details() {
  const [open, setOpen] = useState(false);
  const title = useId();
  const record = useRecordContext<AuditEntry>();
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-label={WORDS.people.detailsOfEntry({ id: String(record?.id) })}>
        {WORDS.common.details}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} aria-labelledby={title} fullWidth maxWidth="md">
        <DialogTitle id={title}>
          {WORDS.people.entry({ id: String(record?.id), action: String(record?.action) })}
        </DialogTitle>
        <DialogContent>
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
      <DataTable.Col source={field('id')} label={WORDS.people.no} disableSort />
      <DataTable.Col source={field('at')} field={At} disableSort />
      <DataTable.Col source={field('name')} label={WORDS.common.who} disableSort />
      <DataTable.Col source={field('address')} disableSort />
      <DataTable.Col source={field('action')} disableSort />
      <DataTable.Col source={field('brand')} disableSort render={({ brand }: AuditEntry) => (brand === null ? '–' : brandName(brand))} />
      <DataTable.Col source={field('subject')} disableSort render={({ subject }: AuditEntry) => <IdText id={subject} />} />
      <DataTable.Col source={field('reason')} disableSort />
      <DataTable.Col label={WORDS.people.beforeAndAfter} field={Details} disableSort />
    </KeysetList>
  );
}
