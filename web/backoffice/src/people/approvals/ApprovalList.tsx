/** What one person proposed and another one approves: the newest first, each by its title. */
import { DataTable, SelectInput, TextInput } from 'react-admin';

import { MomentField } from '../../time/MomentField.tsx';

import { KINDS, titleOf } from './kinds.ts';
import { StatusChip, STATUSES } from './StatusChip.tsx';
import { BrandInput } from '../../content/BrandInput.tsx';
import { KeysetList } from '../../components/KeysetList.tsx';

import type { Proposal } from './proposal.ts';
import type { RaRecord } from 'react-admin';

const CHOICES = Object.entries(STATUSES).map(([id, { label }]) => ({ id, name: label }));
const KIND_CHOICES = Object.entries(KINDS).map(([id, { name }]) => ({ id, name }));
const DEFAULT_FILTERS = { status: 'PENDING' };
const FILTERS = [
  <SelectInput key="status" source="status" choices={CHOICES} alwaysOn />,
  <BrandInput key="brand" source="brand" alwaysOn />,
  <SelectInput key="kind" source="kind" choices={KIND_CHOICES} alwaysOn />,
  <TextInput key="subject" source="subject" />,
];

export function ApprovalList() {
  return (
    <KeysetList rows="proposals" rowClick="show" filters={FILTERS} filterDefaultValues={DEFAULT_FILTERS}>
      <DataTable.Col source="content" label="Proposal" disableSort sx={{ minWidth: 200 }} render={(record: RaRecord) => titleOf(record as unknown as Proposal)} />
      <DataTable.Col source="brand" disableSort render={(record: RaRecord) => (record['brand'] as string | null) ?? 'all brands'} />
      <DataTable.Col source="proposedBy" disableSort />
      <DataTable.Col source="proposedAt" field={ProposedAt} disableSort />
      <DataTable.Col source="status" disableSort render={(record: RaRecord) => <StatusChip status={(record as unknown as Proposal).status} />} />
    </KeysetList>
  );
}

function ProposedAt() {
  return <MomentField source="proposedAt" />;
}
