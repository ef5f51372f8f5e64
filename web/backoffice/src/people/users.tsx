/** Accounts: who may sign in, with which roles for which brands. */
import Block from '@mui/icons-material/Block';
import LockReset from '@mui/icons-material/LockReset';
import Restore from '@mui/icons-material/Restore';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import {
  BooleanField,
  DataTable,
  Show,
  ShowButton,
  TopToolbar,
  usePermissions,
  useRecordContext,
} from 'react-admin';
import { Link } from 'react-router-dom';

import { MomentField } from '../time/MomentField.tsx';

import { AddUserButton } from './AddUserButton.tsx';
import { nameOf } from './brandNames.ts';
import { Waiting } from '../components/Waiting.tsx';
import { RowMenu } from '../components/RowMenu.tsx';
import { GivenCredentials } from './GivenCredentials.tsx';
import { KeysetList } from '../components/KeysetList.tsx';
import { RolesButton } from './RolesButton.tsx';
import { Facts } from '../look/Facts.tsx';
import { word } from '../money/amounts.ts';
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

/** A person's roles, each with its brand. */
function Roles() {
  const roles = useRecordContext<User>()?.roles ?? [];
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
      {roles.map(({ brand, role }) => (
        <Chip key={`${brand} ${role}`} size="small" label={`${word(role.toLowerCase())} · ${nameOf(brand)}`} />
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
    done: active ? WORDS.common.deedDone.accountDisabled : WORDS.common.deedDone.accountEnabled,
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

/** Who it is, what they may do, and how they sign in. */
function AccountFacts() {
  const account = useRecordContext<User>();
  if (account === undefined) return null;
  const { login, person, secondFactor, passwordExpired, external } = account;
  return (
    <>
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <Typography variant="h5" component="h2">
          {account.name}
        </Typography>
        <Status />
      </Stack>
      <Facts
        rows={[
          [WORDS.people.login, login],
          ...(person === login ? [] : [[WORDS.people.person, person] as const]),
          [WORDS.common.roles, <Roles key="roles" />],
          [WORDS.people.secondFactor, secondFactor ? WORDS.people.setUp : WORDS.people.notSetUpYet],
          [WORDS.people.signsIn, external ? WORDS.people.throughTheCompanysSignIn : passwordExpired ? WORDS.people.withAPasswordToChange : WORDS.people.withAPassword],
          [WORDS.people.added, <MomentField key="added" source={field('createdAt')} />],
          [WORDS.common.changed, <MomentField key="changed" source={field('updatedAt')} />],
        ]}
      />
      <Trail id={account.id} />
    </>
  );
}

/** The way to what the account has done, and to what was done to it. */
function Trail({ id }: { readonly id: string }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  if (permissions?.has('audit.read') !== true) return null;
  const entries = (filter: object) => `/audit?filter=${encodeURIComponent(JSON.stringify(filter))}`;
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
      <Button component={Link} to={entries({ userId: id })} size="small">
        {WORDS.people.whatThisPersonDid}
      </Button>
      <Button component={Link} to={entries({ subject: `user:${id}` })} size="small">
        {WORDS.people.changesToThisAccount}
      </Button>
    </Stack>
  );
}

/** The account by its owner's name. */
function PageTitle() {
  return <>{useRecordContext<User>()?.name ?? ''}</>;
}

export function UserShow() {
  const [given, setGiven] = useState<Given | null>(null);
  const mayManage = useMayManage();
  return (
    <Show title={<PageTitle />} actions={<UserActions onGiven={setGiven} />}>
      <Stack spacing={2} sx={{ padding: { xs: 2, md: 3 } }}>
        {given !== null && <GivenCredentials given={given} onClose={() => setGiven(null)} />}
        <AccountFacts />
        {mayManage && (
          <Stack spacing={1} component="section" aria-label={WORDS.common.openSessions}>
            <Typography variant="h6" component="h3">
              {WORDS.common.openSessions}
            </Typography>
            <Sessions />
          </Stack>
        )}
      </Stack>
    </Show>
  );
}
