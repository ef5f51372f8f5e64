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
import { WORDS } from '../words/index.ts';

export function Account() {
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: ['own'], queryFn: ({ signal }) => run(ACCOUNT, {}, signal) });
  const [codes, setCodes] = useState<readonly string[]>([]);
  if (data === undefined) {
    return (
      <Stack sx={{ marginTop: 2 }}>
        <Title title={WORDS.common.myAccount} />
        <Waiting problem={error?.message ?? ''} />
      </Stack>
    );
  }
  return (
    <Stack spacing={2} sx={{ marginTop: 2 }}>
      <Title title={WORDS.common.myAccount} />
      {error !== null && <Failed problem={error.message} />}
      <Card>
        <CardContent>
          <Typography variant="h6" component="h2">
            {data.me.name}
          </Typography>
          <Typography>{WORDS.session.recoveryCodesLeft({ recoveryCodesLeft: data.me.recoveryCodesLeft })}</Typography>
          {codes.length > 0 && (
            <Alert severity="warning" onClose={() => setCodes([])} sx={{ marginY: 1 }}>
              {WORDS.session.yourNewRecoveryCodesShown}
              <Typography component="pre">{codes.join('\n')}</Typography>
              <CopyButton text={codes.join('\n')} what={WORDS.session.theCodes} />
            </Alert>
          )}
          <ChangeButton
            label={WORDS.session.newRecoveryCodes}
            question={WORDS.session.yourCurrentRecoveryCodes}
            change={() => run(NEW_RECOVERY_CODES, {})}
            onDone={({ newRecoveryCodes }) => setCodes(newRecoveryCodes)}
          />
          <PasswordButton />
          <ChangeButton
            label={WORDS.session.replacePasswordAndSecondFactor}
            done={WORDS.common.deedDone.linkSent}
            question={WORDS.session.aLinkIsSentToYourAddress}
            change={() => run(SEND_CREDENTIAL_LINK, {})}
          />
        </CardContent>
      </Card>
      <Card>
        <CardContent>
          <Typography variant="h6" component="h2">
            {WORDS.common.openSessions}
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
    notify(WORDS.session.yourPasswordIsChanged, { type: 'success' });
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>{WORDS.session.changePassword}</Button>
      <FormDialog title={WORDS.session.changePassword} open={open} label={WORDS.common.change} onClose={() => setOpen(false)} onSubmit={submit}>
        <TextField
          label={WORDS.session.currentPassword}
          type="password"
          value={present}
          onChange={(event) => setPresent(event.target.value)}
          autoComplete="current-password"
          margin="normal"
          fullWidth
          required
        />
        <TextField
          label={WORDS.session.newPassword}
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
