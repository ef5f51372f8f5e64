/** What one person proposed and another one approves: the newest first, each by its title. */
import { DataTable, SelectInput, TextInput } from 'react-admin';

import { MomentField } from '../../time/MomentField.tsx';

import { KINDS, titleOf } from './kinds.ts';
import { StatusChip, STATUSES } from './StatusChip.tsx';
import { BrandInput } from '../../content/BrandInput.tsx';
import { KeysetList } from '../../components/KeysetList.tsx';
import { brandOrAll } from '../../frame/names.ts';
import { fieldName, type FieldsOf } from '../../graph/fields.ts';
import { WORDS } from '../../words/index.ts';

import type { Proposal } from '../../graph/generated/operations.ts';

const field: FieldsOf<Proposal> = fieldName;
const CHOICES = Object.entries(STATUSES).map(([id, { label }]) => ({ id, name: label }));
const KIND_CHOICES = Object.entries(KINDS).map(([id, { name }]) => ({ id, name }));
const DEFAULT_FILTERS = { status: 'PENDING' };
const FILTERS = [
  <SelectInput key="status" source="status" choices={CHOICES} emptyText={WORDS.common.allStates} alwaysOn />,
  <BrandInput key="brand" source="brand" alwaysOn />,
  <SelectInput key="kind" source="kind" choices={KIND_CHOICES} emptyText={WORDS.approvals.allKinds} alwaysOn />,
  <TextInput key="subject" source="subject" />,
];

export function ApprovalList() {
  return (
    <KeysetList rows={WORDS.approvals.proposals} rowClick="show" filters={FILTERS} filterDefaultValues={DEFAULT_FILTERS}>
      <DataTable.Col source={field('content')} label={WORDS.approvals.proposal} disableSort sx={{ minWidth: 200 }} render={(proposal: Proposal) => titleOf(proposal)} />
      <DataTable.Col source={field('brand')} disableSort render={({ brand }: Proposal) => brandOrAll(brand)} />
      <DataTable.Col source={field('proposedBy')} disableSort />
      <DataTable.Col source={field('proposedAt')} field={ProposedAt} disableSort />
      <DataTable.Col source={field('status')} disableSort render={({ status }: Proposal) => <StatusChip status={status} />} />
    </KeysetList>
  );
}

function ProposedAt() {
  return <MomentField source={field('proposedAt')} />;
}
