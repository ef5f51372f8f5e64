/** Signing in by steps: name and password, second factor, and what a new account still has to set up. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';
import { useLogin, useNotify } from 'react-admin';

import { CopyButton } from '../look/CopyButton.tsx';
import { CodeField } from './CodeField.tsx';
import { StepForm } from './StepForm.tsx';
import { changePassword, currentSession, enrol, forget, giveCode, readyAccounts, signIn, signInReady, signOut, messageOf } from './session.ts';

import type { Enrolment, ReadyAccount, SessionState, Stage } from './session.ts';

const TITLES: Readonly<Record<Stage, string>> = {
  anonymous: 'Sign in',
  factor: 'Second factor',
  enrolment: 'Set up your second factor',
  password: 'Choose another password',
  full: 'Recovery codes',
};

export function SignInPage() {
  const [session, setSession] = useState<SessionState | null>(null);
  const enter = useLogin();
  const notify = useNotify();

  useEffect(() => {
    currentSession().then(setSession, (error: unknown) => notify(messageOf(error), { type: 'error' }));
  }, [notify]);

  function advance(next: SessionState) {
    setSession(next);
    if (next.stage === 'full' && next.recoveryCodes === undefined) void enter({}, '/');
  }

  async function startAgain() {
    try {
      await signOut();
    } catch {
      forget();
    }
    setSession({ signedIn: false, stage: 'anonymous' });
  }

  if (session === null) return null;
  return (
    <Stack component="main" sx={{ minHeight: '100vh', alignItems: 'center', justifyContent: 'center', padding: 2 }}>
      <Card sx={{ width: '100%', maxWidth: 420 }}>
        <CardContent>
          <Typography variant="overline" component="p">
            Furlong back office
          </Typography>
          <Typography variant="h5" component="h1" gutterBottom>
            {TITLES[session.stage]}
          </Typography>
          {session.stage === 'anonymous' && (
            <>
              <ReadyAccounts onDone={advance} />
              <PasswordStep external={session.external ?? ''} onDone={advance} />
            </>
          )}
          {session.stage === 'factor' && <CodeStep onDone={advance} />}
          {session.stage === 'enrolment' && <EnrolmentStep onDone={advance} />}
          {session.stage === 'password' && <NewPasswordStep onDone={advance} />}
          {session.stage === 'full' && (
            <RecoveryCodes codes={session.recoveryCodes ?? []} onDone={() => void enter({}, '/')} />
          )}
          {session.stage !== 'anonymous' && session.stage !== 'full' && (
            <Button onClick={() => void startAgain()} fullWidth sx={{ marginTop: 1 }}>
              Use another account
            </Button>
          )}
        </CardContent>
      </Card>
    </Stack>
  );
}

interface StepProps {
  readonly onDone: (next: SessionState) => void;
}

/** The accounts of a demo, each a click away. */
function ReadyAccounts({ onDone }: StepProps) {
  const [accounts, setAccounts] = useState<readonly ReadyAccount[]>([]);
  const [busy, setBusy] = useState('');
  const [problem, setProblem] = useState('');

  useEffect(() => {
    readyAccounts().then(setAccounts, (error: unknown) => setProblem(messageOf(error)));
  }, []);

  async function enter(user: string) {
    setBusy(user);
    setProblem('');
    try {
      onDone(await signInReady(user));
    } catch (error) {
      setProblem(messageOf(error));
      setBusy('');
    }
  }

  if (accounts.length === 0 && problem === '') return null;
  return (
    <Stack spacing={1} sx={{ marginBottom: 2 }}>
      <Typography color="textSecondary">This is a demo. Choose a role to sign in as:</Typography>
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      <Box sx={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 1 }}>
        {accounts.map(({ role, user }) => (
          <Button key={user} variant="outlined" disabled={busy !== ''} onClick={() => void enter(user)}>
            {busy === user ? 'Signing in…' : nameOf(role, user)}
          </Button>
        ))}
      </Box>
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      <Typography color="textSecondary">Or by an account’s name and password:</Typography>
    </Stack>
  );
}

/** A role’s name; the second account of a role is a colleague, who can approve what the first one proposes. */
function nameOf(role: string, user: string): string {
  const name = `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
  return user.startsWith(`${role}-`) ? `${name}, a colleague` : name;
}

function PasswordStep({ external, onDone }: StepProps & { readonly external: string }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  return (
    <>
      <StepForm label="Sign in" run={() => signIn(user, password)} onDone={onDone}>
        <TextField
          label="User"
          name="user"
          value={user}
          onChange={(event) => setUser(event.target.value)}
          autoComplete="username"
          margin="normal"
          fullWidth
          required
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="current-password"
          margin="normal"
          fullWidth
          required
        />
      </StepForm>
      {external !== '' && (
        <Typography sx={{ marginTop: 2, textAlign: 'center' }}>
          <Link href={external}>Sign in with your organization’s account</Link>
        </Typography>
      )}
    </>
  );
}

function CodeStep({ onDone }: StepProps) {
  const [code, setCode] = useState('');
  return (
    <StepForm label="Continue" run={() => giveCode(code)} onDone={onDone}>
      <CodeField code={code} onChange={setCode} />
    </StepForm>
  );
}

function EnrolmentStep({ onDone }: StepProps) {
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [code, setCode] = useState('');
  const notify = useNotify();

  useEffect(() => {
    enrol().then(setEnrolment, (error: unknown) => notify(messageOf(error), { type: 'error' }));
  }, [notify]);

  return (
    <StepForm label="Confirm" run={() => giveCode(code)} onDone={onDone}>
      <Typography>
        Add this account to an authenticator app, by its <Link href={enrolment?.uri ?? '#'}>link</Link> or by this
        secret:
      </Typography>
      <Typography component="code" sx={{ display: 'block', marginY: 1, overflowWrap: 'anywhere' }}>
        {enrolment?.secret ?? '…'}
      </Typography>
      <CopyButton text={enrolment?.secret ?? ''} what="the secret" />
      <CodeField code={code} onChange={setCode} />
    </StepForm>
  );
}

function NewPasswordStep({ onDone }: StepProps) {
  const [present, setPresent] = useState('');
  const [password, setPassword] = useState('');
  return (
    <StepForm label="Change the password" run={() => changePassword(present, password)} onDone={onDone}>
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
    </StepForm>
  );
}

function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  return (
    <>
      <Typography>
        Keep these codes in a safe place. Each lets you sign in once without your authenticator. They are shown only
        now.
      </Typography>
      <Typography component="pre" sx={{ fontFamily: 'monospace', marginY: 2 }}>
        {codes.join('\n')}
      </Typography>
      <CopyButton text={codes.join('\n')} what="the codes" />
      <Button variant="contained" fullWidth onClick={onDone} sx={{ marginTop: 2 }}>
        I’ve saved them
      </Button>
    </>
  );
}
