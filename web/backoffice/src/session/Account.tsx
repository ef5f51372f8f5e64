/** One's own account: open sessions, recovery codes, and another password. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Title, useNotify } from 'react-admin';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { FormDialog } from '../components/FormDialog.tsx';
import { Failed, Waiting } from '../components/Waiting.tsx';
import { run } from '../graph/graph.ts';
import { CopyButton } from '../look/CopyButton.tsx';
import { SessionTable } from './SessionTable.tsx';
import { changePassword } from './session.ts';
import { ACCOUNT, NEW_RECOVERY_CODES, SEND_CREDENTIAL_LINK } from '../graph/generated/operations.ts';

export function Account() {
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: ['own'], queryFn: ({ signal }) => run(ACCOUNT, {}, signal) });
  const [codes, setCodes] = useState<readonly string[]>([]);
  if (data === undefined) {
    return (
      <Stack sx={{ marginTop: 2 }}>
        <Title title="My account" />
        <Waiting problem={error?.message ?? ''} />
      </Stack>
    );
  }
  return (
    <Stack spacing={2} sx={{ marginTop: 2 }}>
      <Title title="My account" />
      {error !== null && <Failed problem={error.message} />}
      <Card>
        <CardContent>
          <Typography variant="h6" component="h2">
            {data.me.name}
          </Typography>
          <Typography>Recovery codes left: {data.me.recoveryCodesLeft}</Typography>
          {codes.length > 0 && (
            <Alert severity="warning" onClose={() => setCodes([])} sx={{ marginY: 1 }}>
              Your new recovery codes, shown only now:
              <Typography component="pre">{codes.join('\n')}</Typography>
              <CopyButton text={codes.join('\n')} what="the codes" />
            </Alert>
          )}
          <ChangeButton
            label="New recovery codes"
            question="Your current recovery codes stop working. The new ones are shown once."
            change={() => run(NEW_RECOVERY_CODES, {})}
            onDone={({ newRecoveryCodes }) => setCodes(newRecoveryCodes)}
          />
          <PasswordButton />
          <ChangeButton
            label="Replace password and second factor"
            question="A link is sent to your address. Once you use it, nobody who gave you your present ones could act as you; what you have proposed ends."
            change={() => run(SEND_CREDENTIAL_LINK, {})}
          />
        </CardContent>
      </Card>
      <Card>
        <CardContent>
          <Typography variant="h6" component="h2">
            Open sessions
          </Typography>
          <SessionTable sessions={data.mySessions} onEnded={() => void client.invalidateQueries({ queryKey: ['own'] })} />
        </CardContent>
      </Card>
    </Stack>
  );
}

function PasswordButton() {
  const [open, setOpen] = useState(false);
  const [present, setPresent] = useState('');
  const [password, setPassword] = useState('');
  const notify = useNotify();

  async function submit() {
    await changePassword(present, password);
    setOpen(false);
    notify('Your password is changed; your other sessions have ended', { type: 'success' });
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>Change password</Button>
      <FormDialog title="Change password" open={open} label="Change" onClose={() => setOpen(false)} onSubmit={submit}>
        <TextField
          label="Current password"
          type="password"
          value={present}
          onChange={(event) => setPresent(event.target.value)}
          autoComplete="current-password"
          margin="normal"
          fullWidth
          required
        />
        <TextField
          label="New password"
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="new-password"
          margin="normal"
          fullWidth
          required
        />
      </FormDialog>
    </>
  );
}
