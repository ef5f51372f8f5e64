/** Asks for the second factor again when an operation needs it, and lets the operation go on. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import { useEffect, useState } from 'react';

import { CodeField } from './CodeField.tsx';
import { remedyBy } from '../graph/graph.ts';
import { hasReadyCodes, readyCode, stepUp, messageOf } from './session.ts';
import { WORDS } from '../words/index.ts';

import type { SubmitEvent } from 'react';

type Settle = (confirmed: boolean) => void;

export function StepUpDialog() {
  const [settle, setSettle] = useState<Settle | null>(null);
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState('');

  useEffect(() => {
    remedyBy(
      'STEP_UP_REQUIRED',
      () =>
        new Promise<boolean>((resolve) => {
          setCode('');
          setProblem('');
          setSettle(() => resolve);
        }),
    );
  }, []);

  function close(confirmed: boolean) {
    settle?.(confirmed);
    setSettle(null);
  }

  async function fill() {
    try {
      setCode((await readyCode()) ?? '');
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  async function confirm(event: SubmitEvent) {
    event.preventDefault();
    try {
      await stepUp(code);
      close(true);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  return (
    <Dialog open={settle !== null} onClose={() => close(false)} aria-labelledby="step-up-title">
      <form onSubmit={(event) => void confirm(event)}>
        <DialogTitle id="step-up-title">{WORDS.session.confirmThatItIsYou}</DialogTitle>
        <DialogContent>
          <DialogContentText>{WORDS.session.confirmYourSecondFactorAgain}</DialogContentText>
          <CodeField code={code} onChange={setCode} problem={problem} />
        </DialogContent>
        <DialogActions>
          {hasReadyCodes() && (
            <Button onClick={() => void fill()} sx={{ marginRight: 'auto' }}>
              {WORDS.session.useDemoCode}
            </Button>
          )}
          <Button onClick={() => close(false)}>{WORDS.common.cancel}</Button>
          <Button type="submit" variant="contained" disabled={code === ''}>
            {WORDS.session.confirm}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
