/** What one person proposed and another one approves. */
import Check from '@mui/icons-material/Check';
import Close from '@mui/icons-material/Close';
import Undo from '@mui/icons-material/Undo';
import Alert from '@mui/material/Alert';
import {
  DataTable,
  DateField,
  FunctionField,
  SelectInput,
  Show,
  ShowButton,
  SimpleShowLayout,
  TextField,
  TextInput,
  TopToolbar,
  useRecordContext,
} from 'react-admin';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { JsonField } from '../components/JsonField.tsx';
import { KeysetList } from '../components/KeysetList.tsx';

import type { RaRecord } from 'react-admin';

const STATUSES = ['PENDING', 'EXECUTED', 'REJECTED', 'WITHDRAWN', 'VOID'].map((id) => ({ id, name: words(id) }));
const FILTERS = [
  <SelectInput key="status" source="status" choices={STATUSES} alwaysOn />,
  <TextInput key="brand" source="brand" alwaysOn />,
  <TextInput key="kind" source="kind" />,
  <TextInput key="subject" source="subject" />,
];
const APPROVE = `mutation Approve($input: ApproveInput!) { approve(input: $input) { id status } }`;
const REJECT = `mutation Reject($input: RejectInput!) { reject(input: $input) { id status } }`;
const WITHDRAW = `mutation Withdraw($id: ID!) { withdraw(id: $id) { id status } }`;

/** Return an enum's value as a word. */
function words(value: string): string {
  return value.charAt(0) + value.slice(1).toLowerCase().replaceAll('_', ' ');
}

export function ApprovalList() {
  return (
    <KeysetList rows="proposals" rowClick="show" filters={FILTERS} filterDefaultValues={{ status: 'PENDING' }}>
      <DataTable.Col source="proposedAt" field={ProposedAt} disableSort />
      <DataTable.Col source="kind" disableSort />
      <DataTable.Col source="brand" disableSort />
      <DataTable.Col source="subject" disableSort />
      <DataTable.Col source="proposedBy" disableSort />
      <DataTable.Col source="status" disableSort render={(record: RaRecord) => words(String(record['status']))} />
      <DataTable.Col label="Open" field={ShowButton} disableSort />
    </KeysetList>
  );
}

function ProposedAt() {
  return <DateField source="proposedAt" showTime />;
}

/** Says why the person who looks cannot decide, if so. */
function Hindrance() {
  const record = useRecordContext();
  if (record === undefined) return null;
  if (record['visible'] !== true) {
    return <Alert severity="info">Your roles show the kind and the state of this proposal, not what it is about.</Alert>;
  }
  if (typeof record['notIndependent'] !== 'string') return null;
  return <Alert severity="info">{record['notIndependent']}</Alert>;
}

function Decisions() {
  const record = useRecordContext();
  if (record?.['status'] !== 'PENDING' || record['visible'] !== true) return <TopToolbar />;
  const proposalId = record.id;
  if (record['own'] === true) {
    return (
      <TopToolbar>
        <ChangeButton
          label="Withdraw"
          question="Your own proposal ends; nothing is changed."
          mutation={WITHDRAW}
          variables={() => ({ id: proposalId })}
          icon={<Undo />}
        />
      </TopToolbar>
    );
  }
  return (
    <TopToolbar>
      {record['notIndependent'] === null && (
        <ChangeButton
          label="Approve"
          question="It is carried out immediately, exactly as it is shown here."
          mutation={APPROVE}
          variables={() => ({ input: { proposalId, contentHash: String(record['contentHash']) } })}
          icon={<Check />}
        />
      )}
      <ChangeButton
        label="Reject"
        question="The proposal ends; the person who made it sees your reason."
        mutation={REJECT}
        variables={(reason) => ({ input: { proposalId, reason } })}
        wantsReason
        color="error"
        icon={<Close />}
      />
    </TopToolbar>
  );
}

export function ApprovalShow() {
  return (
    <Show actions={<Decisions />}>
      <SimpleShowLayout>
        <Hindrance />
        <TextField source="kind" />
        <TextField source="brand" emptyText="all brands" />
        <TextField source="subject" emptyText="–" />
        <FunctionField label="Status" render={(record: RaRecord) => words(String(record['status']))} />
        <DateField source="proposedAt" showTime />
        <TextField source="proposedBy" emptyText="–" />
        <TextField source="reason" emptyText="–" />
        <JsonField source="content" label="What is proposed" />
        <DateField source="decidedAt" showTime emptyText="–" />
        <TextField source="decidedBy" emptyText="–" />
        <TextField source="decisionReason" emptyText="–" />
        <JsonField source="outcome" label="Outcome" />
      </SimpleShowLayout>
    </Show>
  );
}
