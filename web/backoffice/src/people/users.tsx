/** Accounts: who may sign in, with which roles for which brands. */
import Block from '@mui/icons-material/Block';
import LockReset from '@mui/icons-material/LockReset';
import Restore from '@mui/icons-material/Restore';
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
import { ALL_BRANDS, nameOf } from './brandNames.ts';
import { Waiting } from '../components/Waiting.tsx';
import { RowMenu } from '../components/RowMenu.tsx';
import { GivenCredentials } from './GivenCredentials.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { RolesButton } from './RolesButton.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { SessionTable } from '../session/SessionTable.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { run } from '../graph/graph.ts';
import { DISABLE_USER, ENABLE_USER, RESET_USER, SESSIONS } from '../graph/generated/operations.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { WORDS } from '../words/index.ts';

import type { Deed } from '../components/ChangeButton.tsx';
import type { Given } from './GivenCredentials.tsx';
import type { ResetUser as ResetData, User } from '../graph/generated/operations.ts';

const field: FieldsOf<User> = fieldName;

/** A person's roles, with the brand where it is not all of them. */
function Roles() {
  const roles = useRecordContext<User>()?.roles ?? [];
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
      {roles.map(({ brand, role }) => (
        <Chip key={`${brand} ${role}`} size="small" label={brand === ALL_BRANDS ? role.toLowerCase() : `${role.toLowerCase()} · ${nameOf(brand)}`} />
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
    <KeysetList rows={WORDS.people.people} rowClick="show" actions={<ListActions />}>
      <DataTable.Col source={field('login')} disableSort />
      <DataTable.Col source={field('name')} disableSort />
      <DataTable.Col label={WORDS.common.roles} field={Roles} disableSort />
      <DataTable.Col source={field('status')} disableSort field={Status} />
      <DataTable.Col label={WORDS.people.secondFactor} field={SecondFactor} disableSort />
      <DataTable.Col label={WORDS.common.open} field={ShowButton} disableSort />
    </KeysetList>
  );
}

function Status() {
  const active = useRecordContext<User>()?.status === 'ACTIVE';
  return <ToneChip tone={active ? 'good' : 'neutral'} label={active ? WORDS.common.active : WORDS.common.disabled} />;
}

function SecondFactor() {
  return <BooleanField source={field('secondFactor')} />;
}

function UserActions({ onGiven }: { readonly onGiven: (given: Given) => void }) {
  const record = useRecordContext<User>();
  const mayManage = useMayManage();
  if (record === undefined || !mayManage) return <TopToolbar />;
  const active = record.status === 'ACTIVE';
  const { id: userId, revision } = record;
  const replacing: Deed<ResetData> = {
    label: WORDS.people.replaceLostCredentials,
    question:
      WORDS.people.passwordSecondFactor,
    change: (reason) => run(RESET_USER, { input: { userId, reason } }),
    wantsReason: true,
    icon: <LockReset fontSize="small" />,
    onDone: ({ resetUser }) => onGiven(resetUser),
  };
  const turning: Deed = {
    label: active ? WORDS.people.disable : WORDS.people.enable,
    question: active ? WORDS.people.allSessionsAccountEndOnce : WORDS.people.thisPersonMaySignInAgain,
    change: (reason) => {
      const variables = { input: { userId, revision, reason } };
      return active ? run(DISABLE_USER, variables) : run(ENABLE_USER, variables);
    },
    wantsReason: true,
    color: active ? 'error' : 'primary',
    icon: active ? <Block fontSize="small" /> : <Restore fontSize="small" />,
  };
  return (
    <TopToolbar>
      <RolesButton />
      <RowMenu about={record.login} deeds={[replacing, turning]} />
    </TopToolbar>
  );
}

function Sessions() {
  const record = useRecordContext<User>();
  const { data, problem, reload } = useGraph(SESSIONS, record === undefined ? null : { userId: record.id });
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  return <SessionTable sessions={data.sessions} onEnded={reload} />;
}

export function UserShow() {
  const [given, setGiven] = useState<Given | null>(null);
  const mayManage = useMayManage();
  return (
    <Show actions={<UserActions onGiven={setGiven} />}>
      <SimpleShowLayout>
        {given !== null && <GivenCredentials given={given} onClose={() => setGiven(null)} />}
        <TextField source={field('login')} />
        <TextField source={field('name')} />
        <TextField source={field('person')} />
        <Labeled label={WORDS.common.status}>
          <Status />
        </Labeled>
        <Labeled label={WORDS.common.roles}>
          <Roles />
        </Labeled>
        <BooleanField source={field('secondFactor')} />
        <BooleanField source={field('passwordExpired')} />
        <BooleanField source={field('external')} label={WORDS.people.signsInByOpenidConnect} />
        <MomentField source={field('createdAt')} />
        <MomentField source={field('updatedAt')} />
        {mayManage && (
          <Labeled label={WORDS.common.openSessions}>
            <Sessions />
          </Labeled>
        )}
      </SimpleShowLayout>
    </Show>
  );
}
