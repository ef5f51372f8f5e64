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
import { WORDS } from '../words/index.ts';
import { Filled } from '../words/Filled.tsx';

import type { Enrolment, ReadyAccount, SessionState, Stage } from './session.ts';

const TITLES: Readonly<Record<Stage, string>> = WORDS.session.titles;

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
            {WORDS.common.furlongBackOffice}
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
              {WORDS.session.useAnotherAccount}
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
      <Typography color="textSecondary">{WORDS.session.thisIsADemo}</Typography>
      <Box sx={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 1 }}>
        {accounts.map(({ role, user }) => (
          <Button key={user} variant="outlined" disabled={busy !== ''} onClick={() => void enter(user)}>
            {busy === user ? WORDS.session.signingIn : nameOf(role, user)}
          </Button>
        ))}
      </Box>
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      <Typography color="textSecondary">{WORDS.session.orByAnAccountsNameAndPassword}</Typography>
    </Stack>
  );
}

/** A role’s name; the second account of a role is a colleague, who can approve what the first one proposes. */
function nameOf(role: string, user: string): string {
  const name = `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
  return user.startsWith(`${role}-`) ? WORDS.session.aColleague({ name }) : name;
}

function PasswordStep({ external, onDone }: StepProps & { readonly external: string }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  return (
    <>
      <StepForm label={WORDS.session.signIn} run={() => signIn(user, password)} onDone={onDone}>
        <TextField
          label={WORDS.session.user}
          name="user"
          value={user}
          onChange={(event) => setUser(event.target.value)}
          autoComplete="username"
          margin="normal"
          fullWidth
          required
        />
        <TextField
          label={WORDS.session.password}
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
          <Link href={external}>{WORDS.session.signYourOrganizations}</Link>
        </Typography>
      )}
    </>
  );
}

function CodeStep({ onDone }: StepProps) {
  const [code, setCode] = useState('');
  return (
    <StepForm label={WORDS.session.continue} run={() => giveCode(code)} onDone={onDone}>
      {(problem) => <CodeField code={code} onChange={setCode} problem={problem} />}
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
    <StepForm label={WORDS.session.confirm} run={() => giveCode(code)} onDone={onDone}>
      {(problem) => (
        <>
          <Typography>
            <Filled say={WORDS.session.addToAuthenticator} values={{ link: <Link href={enrolment?.uri ?? '#'}>{WORDS.session.link}</Link> }} />
          </Typography>
          <Typography component="code" sx={{ display: 'block', marginY: 1, overflowWrap: 'anywhere' }}>
            {enrolment?.secret ?? '…'}
          </Typography>
          <CopyButton text={enrolment?.secret ?? ''} what={WORDS.session.theSecret} />
          <CodeField code={code} onChange={setCode} problem={problem} isFirst />
        </>
      )}
    </StepForm>
  );
}

function NewPasswordStep({ onDone }: StepProps) {
  const [present, setPresent] = useState('');
  const [password, setPassword] = useState('');
  return (
    <StepForm label={WORDS.session.changeThePassword} run={() => changePassword(present, password)} onDone={onDone}>
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
    </StepForm>
  );
}

function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  return (
    <>
      <Typography>
        {WORDS.session.keepTheseCodesInASafePlace}
      </Typography>
      <Typography component="pre" sx={{ fontFamily: 'monospace', marginY: 2 }}>
        {codes.join('\n')}
      </Typography>
      <CopyButton text={codes.join('\n')} what={WORDS.session.theCodes} />
      <Button variant="contained" fullWidth onClick={onDone} sx={{ marginTop: 2 }}>
        {WORDS.session.iveSavedThem}
      </Button>
    </>
  );
}
