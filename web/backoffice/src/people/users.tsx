/** Accounts: who may sign in, with which roles for which brands. */
import Block from '@mui/icons-material/Block';
import LockReset from '@mui/icons-material/LockReset';
import Restore from '@mui/icons-material/Restore';
import Alert from '@mui/material/Alert';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import {
  BooleanField,
  DataTable,
  Labeled,
  Show,
  ShowButton,
  SimpleShowLayout,
  TextField,
  TopToolbar,
  usePermissions,
  useRecordContext,
} from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { AddUserButton } from './AddUserButton.tsx';
import { RowMenu } from '../components/RowMenu.tsx';
import { GivenCredentials } from './GivenCredentials.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { RolesButton } from './RolesButton.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { SESSION, SessionTable } from '../session/SessionTable.tsx';
import { useGraph } from '../graph/useGraph.ts';

import type { Deed } from '../components/ChangeButton.tsx';
import type { Given } from './GivenCredentials.tsx';
import type { GrantedRole } from './grantedRole.ts';
import type { OpenSession } from '../session/SessionTable.tsx';

const DISABLE = `mutation Disable($input: UserChangeInput!) { disableUser(input: $input) { id status } }`;
const ENABLE = `mutation Enable($input: UserChangeInput!) { enableUser(input: $input) { id status } }`;
const SESSIONS = `query Sessions($userId: ID!) { sessions(userId: $userId) { ${SESSION} } }`;
const RESET = `mutation Reset($input: ResetUserInput!) { resetUser(input: $input) { initialPassword } }`;

/** A person's roles, with the brand where it is not all of them. */
function Roles() {
  const roles = (useRecordContext()?.['roles'] ?? []) as readonly GrantedRole[];
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
      {roles.map(({ brand, role }) => (
        <Chip key={`${brand} ${role}`} size="small" label={brand === '*' ? role.toLowerCase() : `${role.toLowerCase()} · ${brand}`} />
      ))}
    </Stack>
  );
}

function useMayManage(): boolean {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  return permissions?.has('people.manage') ?? false;
}

function ListActions() {
  return <TopToolbar>{useMayManage() && <AddUserButton />}</TopToolbar>;
}

export function UserList() {
  return (
    <KeysetList rows="people" rowClick="show" actions={<ListActions />}>
      <DataTable.Col source="login" disableSort />
      <DataTable.Col source="name" disableSort />
      <DataTable.Col label="Roles" field={Roles} disableSort />
      <DataTable.Col source="status" disableSort field={Status} />
      <DataTable.Col label="Second factor" field={SecondFactor} disableSort />
      <DataTable.Col label="Open" field={ShowButton} disableSort />
    </KeysetList>
  );
}

function Status() {
  const active = useRecordContext()?.['status'] === 'ACTIVE';
  return <ToneChip tone={active ? 'good' : 'neutral'} label={active ? 'Active' : 'Disabled'} />;
}

function SecondFactor() {
  return <BooleanField source="secondFactor" />;
}

function UserActions({ onGiven }: { readonly onGiven: (given: Given) => void }) {
  const record = useRecordContext();
  const mayManage = useMayManage();
  if (record === undefined || !mayManage) return <TopToolbar />;
  const active = record['status'] === 'ACTIVE';
  const about = (reason: string) => ({ input: { userId: record.id, revision: Number(record['revision']), reason } });
  const replacing: Deed = {
    label: 'Replace lost credentials',
    question:
      'Password, second factor and sessions end, and what the account has proposed. A link is sent to its address; without mail, an initial password is shown once.',
    mutation: RESET,
    variables: (reason) => ({ input: { userId: record.id, reason } }),
    wantsReason: true,
    icon: <LockReset fontSize="small" />,
    onDone: (data) => onGiven((data as { resetUser: Given }).resetUser),
  };
  const turning: Deed = {
    label: active ? 'Disable' : 'Enable',
    question: active ? 'All sessions of this account end at once.' : 'This person may sign in again.',
    mutation: active ? DISABLE : ENABLE,
    variables: about,
    wantsReason: true,
    color: active ? 'error' : 'primary',
    icon: active ? <Block fontSize="small" /> : <Restore fontSize="small" />,
  };
  return (
    <TopToolbar>
      <RolesButton />
      <RowMenu about={String(record['login'])} deeds={[replacing, turning]} />
    </TopToolbar>
  );
}

function Sessions() {
  const record = useRecordContext();
  const { data, problem, reload } = useGraph<{ sessions: readonly OpenSession[] }>(SESSIONS, record === undefined ? null : { userId: record.id });
  if (problem !== '') return <Alert severity="error">{problem}</Alert>;
  return data !== null && <SessionTable sessions={data.sessions} onEnded={reload} />;
}

export function UserShow() {
  const [given, setGiven] = useState<Given | null>(null);
  const mayManage = useMayManage();
  return (
    <Show actions={<UserActions onGiven={setGiven} />}>
      <SimpleShowLayout>
        {given !== null && <GivenCredentials given={given} onClose={() => setGiven(null)} />}
        <TextField source="login" />
        <TextField source="name" />
        <TextField source="person" />
        <Labeled label="Status">
          <Status />
        </Labeled>
        <Labeled label="Roles">
          <Roles />
        </Labeled>
        <BooleanField source="secondFactor" />
        <BooleanField source="passwordExpired" />
        <BooleanField source="external" label="Signs in by OpenID Connect" />
        <MomentField source="createdAt" />
        <MomentField source="updatedAt" />
        {mayManage && (
          <Labeled label="Open sessions">
            <Sessions />
          </Labeled>
        )}
      </SimpleShowLayout>
    </Show>
  );
}
