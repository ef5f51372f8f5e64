/** Adds an account, and shows its initial password once. */
import PersonAdd from '@mui/icons-material/PersonAdd';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useRefresh } from 'react-admin';

import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { RoleRows } from './RoleRows.tsx';

import type { GrantedRole } from './grantedRole.ts';

const ADD = `mutation Add($input: AddUserInput!) { addUser(input: $input) { initialPassword user { login } } }`;
const NO_ROLES: readonly GrantedRole[] = [{ brand: '*', role: 'VIEWER' }];

export function AddUserButton() {
  const [open, setOpen] = useState(false);
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [roles, setRoles] = useState(NO_ROLES);
  const [password, setPassword] = useState('');
  const refresh = useRefresh();

  async function submit() {
    const data = await run<{ addUser: { initialPassword: string } }>(ADD, { input: { login, name, roles } });
    setPassword(data.addUser.initialPassword);
    refresh();
  }

  function close() {
    setOpen(false);
    setPassword('');
    setLogin('');
    setName('');
    setRoles(NO_ROLES);
  }

  return (
    <>
      <Button startIcon={<PersonAdd />} onClick={() => setOpen(true)}>
        Add a person
      </Button>
      {password === '' ? (
        <FormDialog title="Add a person" open={open} label="Add" onClose={close} onSubmit={submit}>
          <TextField
            label="Login"
            value={login}
            onChange={(event) => setLogin(event.target.value.trim())}
            helperText="An e-mail address, for example."
            margin="normal"
            fullWidth
            required
          />
          <TextField
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            margin="normal"
            fullWidth
            required
          />
          <RoleRows roles={roles} onChange={setRoles} />
        </FormDialog>
      ) : (
        <FormDialog title="The account is added" open={open} label="Done" onClose={close} onSubmit={close}>
          <Alert severity="warning">
            The initial password, shown only now: <code>{password}</code>
          </Alert>
        </FormDialog>
      )}
    </>
  );
}
