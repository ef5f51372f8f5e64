/** Asks before a screen is left whose changes are not saved: nothing that was typed is lost in silence. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import { useEffect, useId } from 'react';
import { useBlocker } from 'react-router-dom';

import { isLeft } from './leaving.ts';
import { WORDS } from '../words/index.ts';

export function AsksToLeave({ hasChanges }: { readonly hasChanges: boolean }) {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => hasChanges && isLeft(currentLocation, nextLocation));
  const title = useId();
  const stay = () => blocker.reset?.();

  useEffect(() => {
    if (!hasChanges) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [hasChanges]);

  return (
    <Dialog open={blocker.state === 'blocked'} onClose={stay} aria-labelledby={title} fullWidth maxWidth="xs">
      <DialogTitle id={title}>{WORDS.common.leaveWithoutSaving}</DialogTitle>
      <DialogContent>
        <DialogContentText>{WORDS.common.yourChangesWillBeLost}</DialogContentText>
      </DialogContent>
      <DialogActions>
        <Button color="error" onClick={() => blocker.proceed?.()}>
          {WORDS.common.leave}
        </Button>
        <Button variant="contained" onClick={stay}>
          {WORDS.common.stay}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
