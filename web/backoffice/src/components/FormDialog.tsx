/** A dialog with a form; a refusal is shown in it, and nothing that was typed is lost. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useId, useState } from 'react';

import { messageOf } from '../session/session.ts';
import { WORDS } from '../words/index.ts';

import type { ReactNode, SubmitEvent } from 'react';

interface Props {
  readonly title: string;
  readonly open: boolean;
  /** The deed, on the button that does it. */
  readonly label: string;
  readonly color?: 'primary' | 'error';
  /** Whether what is typed cannot be sent; the fields say why. */
  readonly disabled?: boolean;
  /** Whether only its button ends it, because what it shows is never shown again. */
  readonly stays?: boolean;
  readonly onClose: () => void;
  readonly onSubmit: () => Promise<void> | void;
  readonly children: ReactNode;
}

export function FormDialog(props: Props) {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const title = useId();

  /** What was refused is not said again when the dialog is opened anew; nothing calls back what is on its way. */
  function close() {
    if (busy) return;
    setProblem('');
    props.onClose();
  }

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      await props.onSubmit();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog open={props.open} {...(props.stays === true ? {} : { onClose: close })} aria-labelledby={title} fullWidth maxWidth="sm">
      <form onSubmit={(event) => void submit(event)}>
        <DialogTitle id={title}>{props.title}</DialogTitle>
        <DialogContent>
          {problem !== '' && <Alert severity="error">{problem}</Alert>}
          {props.children}
        </DialogContent>
        <DialogActions>
          {props.stays !== true && (
            <Button onClick={close} disabled={busy}>
              {WORDS.common.cancel}
            </Button>
          )}
          <Button type="submit" variant="contained" color={props.color ?? 'primary'} disabled={busy || props.disabled === true}>
            {props.label}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
