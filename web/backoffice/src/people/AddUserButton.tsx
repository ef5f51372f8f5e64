/** Adds an account, and says once what its owner signs in with. */
import PersonAdd from '@mui/icons-material/PersonAdd';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useRefresh } from 'react-admin';

import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { GivenCredentials } from './GivenCredentials.tsx';
import { RoleRows } from './RoleRows.tsx';
import { ADD_USER } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Given } from './GivenCredentials.tsx';
import type { GrantedRole } from '../graph/generated/operations.ts';

const NO_ROLES: readonly GrantedRole[] = [{ brand: '', role: 'VIEWER' }];

export function AddUserButton() {
  const [open, setOpen] = useState(false);
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [roles, setRoles] = useState(NO_ROLES);
  const [given, setGiven] = useState<Given | null>(null);
  const refresh = useRefresh();

  async function submit() {
    const data = await run(ADD_USER, { input: { login, name, roles } });
    setGiven(data.addUser);
    refresh();
  }

  function close() {
    setOpen(false);
    setGiven(null);
    setLogin('');
    setName('');
    setRoles(NO_ROLES);
  }

  return (
    <>
      <Button startIcon={<PersonAdd />} onClick={() => setOpen(true)}>
        {WORDS.people.addAPerson}
      </Button>
      {given === null ? (
        <FormDialog title={WORDS.people.addAPerson} open={open} label={WORDS.common.add} onClose={close} onSubmit={submit}>
          <TextField
            label={WORDS.people.login}
            value={login}
            onChange={(event) => setLogin(event.target.value.trim())}
            helperText={WORDS.people.thePersonsOwnEMailAddress}
            margin="normal"
            fullWidth
            required
          />
          <TextField
            label={WORDS.common.name}
            value={name}
            onChange={(event) => setName(event.target.value)}
            margin="normal"
            fullWidth
            required
          />
          <RoleRows roles={roles} onChange={setRoles} />
        </FormDialog>
      ) : (
        <FormDialog title={WORDS.people.theAccountIsAdded} open={open} label={WORDS.common.done} stays onClose={close} onSubmit={close}>
          <GivenCredentials given={given} />
        </FormDialog>
      )}
    </>
  );
}
