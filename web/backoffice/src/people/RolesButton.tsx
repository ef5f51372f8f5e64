/** Replaces all roles of an account; what somebody else changed meanwhile is not overwritten. */
import Badge from '@mui/icons-material/Badge';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useNotify, useRecordContext, useRefresh } from 'react-admin';

import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { RoleRows } from './RoleRows.tsx';
import { SET_ROLES } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { GrantedRole, User } from '../graph/generated/operations.ts';

export function RolesButton() {
  const record = useRecordContext<User>();
  const [roles, setRoles] = useState<readonly GrantedRole[] | null>(null);
  const [reason, setReason] = useState('');
  const refresh = useRefresh();
  const notify = useNotify();

  if (record === undefined) return null;
  const { id: userId, revision } = record;

  async function submit() {
    const input = {
      userId,
      revision,
      roles: (roles ?? []).map(({ brand, role }) => ({ brand, role })),
      reason,
    };
    await run(SET_ROLES, { input });
    setRoles(null);
    notify(WORDS.people.theRolesAreReplaced, { type: 'success' });
    refresh();
  }

  return (
    <>
      <Button startIcon={<Badge />} onClick={() => setRoles(record.roles)}>
        {WORDS.people.changeRoles}
      </Button>
      <FormDialog
        title={WORDS.common.roles}
        open={roles !== null}
        label={WORDS.people.replaceRoles}
        onClose={() => setRoles(null)}
        onSubmit={submit}
      >
        <RoleRows roles={roles ?? []} onChange={setRoles} />
        <TextField
          label={WORDS.common.reason}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          margin="normal"
          fullWidth
        />
      </FormDialog>
    </>
  );
}
