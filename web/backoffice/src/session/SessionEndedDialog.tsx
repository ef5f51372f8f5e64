/** Covers the screen once the session has ended, and lets it go on as it was after its person has signed in again. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import { useCallback, useEffect, useRef, useState } from 'react';

import { remedyBy } from '../graph/graph.ts';
import { currentSession, forget, isOwners, messageOf } from './session.ts';
import { WORDS } from '../words/index.ts';

/** The sign-in page opens in a tab of its own, because leaving this page would lose what was written on it. */
const OFFICE = '/backoffice/';

export function SessionEndedDialog() {
  const waiting = useRef<((signedIn: boolean) => void)[]>([]);
  const [isOpen, setIsOpen] = useState(false);
  const [problem, setProblem] = useState('');

  const settle = useCallback((signedIn: boolean) => {
    for (const resolve of waiting.current.splice(0)) resolve(signedIn);
    setIsOpen(false);
    setProblem('');
  }, []);

  useEffect(() => {
    remedyBy(
      'UNAUTHENTICATED',
      () =>
        new Promise<boolean>((resolve) => {
          waiting.current.push(resolve);
          setIsOpen(true);
        }),
    );
    return () => {
      remedyBy('UNAUTHENTICATED', undefined);
      settle(false);
    };
  }, [settle]);

  /** What this page shows is for who opened it: for somebody else it begins anew. */
  const goOn = useCallback(async () => {
    try {
      forget();
      const session = await currentSession();
      if (!session.signedIn) setProblem(WORDS.session.notSignedInYet);
      else if (isOwners(session)) settle(true);
      else window.location.assign(OFFICE);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }, [settle]);

  useEffect(() => {
    if (!isOpen) return undefined;
    const comeBack = () => void goOn();
    window.addEventListener('focus', comeBack);
    return () => window.removeEventListener('focus', comeBack);
  }, [isOpen, goOn]);

  return (
    <Dialog
      open={isOpen}
      aria-labelledby="session-ended-title"
      slotProps={{ backdrop: { sx: { backgroundColor: 'background.default' } } }}
    >
      <DialogTitle id="session-ended-title">{WORDS.session.sessionEnded}</DialogTitle>
      <DialogContent>
        <DialogContentText>{WORDS.session.signInInAnotherTab}</DialogContentText>
        {problem !== '' && (
          <DialogContentText role="alert" color="error">
            {problem}
          </DialogContentText>
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={() => void goOn()}>{WORDS.session.continue}</Button>
        <Button variant="contained" href={OFFICE} target="_blank">
          {WORDS.session.signIn}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
