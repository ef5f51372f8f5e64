/** A form that runs one step of signing in, and says why it was refused. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useState } from 'react';

import { Refusal } from './session.ts';
import { WORDS } from '../words/index.ts';

import type { ReactNode, SubmitEvent } from 'react';
import type { SessionState } from './session.ts';

export function StepForm(props: {
  readonly label: string;
  readonly run: () => Promise<SessionState>;
  readonly onDone: (next: SessionState) => void;
  /** The fields; a function of why the step was refused says it at its field, in place of the form. */
  readonly children: ReactNode | ((problem: string) => ReactNode);
}) {
  const { children } = props;
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      props.onDone(await props.run());
    } catch (error) {
      setProblem(error instanceof Refusal ? error.message : WORDS.session.theBackOfficeDoesNotAnswer);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      {problem !== '' && typeof children !== 'function' && (
        <Alert severity="error" sx={{ marginBottom: 1 }}>
          {problem}
        </Alert>
      )}
      {typeof children === 'function' ? children(problem) : children}
      <Button type="submit" variant="contained" fullWidth disabled={busy} sx={{ marginTop: 1 }}>
        {props.label}
      </Button>
    </form>
  );
}
