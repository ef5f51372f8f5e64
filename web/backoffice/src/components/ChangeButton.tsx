/** A button that runs one mutation about a record, after a reason if it wants one, and refreshes what is shown. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import { useNotify, useRefresh } from 'react-admin';

import { run } from '../graph/graph.ts';
import { messageOf } from '../session/session.ts';

import type { ReactNode, SubmitEvent } from 'react';
import type { Variables } from '../graph/graph.ts';

interface Props {
  readonly label: string;
  /** What happens, in words; asked before it does. */
  readonly question: string;
  readonly mutation: string;
  readonly variables: (reason: string) => Variables;
  readonly wantsReason?: boolean;
  /** The reason that is suggested. */
  readonly firstReason?: string;
  readonly color?: 'primary' | 'error';
  readonly icon?: ReactNode;
  /** Whether it is what people come to the screen for. */
  readonly isMain?: boolean;
  /** Called with the mutation's data instead of the usual notice. */
  readonly onDone?: (data: unknown) => void;
  /** Called after the mutation, even if it was refused: somebody else may have changed the record. */
  readonly onSettled?: () => void;
}

export function ChangeButton(props: Props) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState(props.firstReason ?? '');
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const refresh = useRefresh();
  const title = useId();

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      const data = await run<unknown>(props.mutation, props.variables(reason));
      setOpen(false);
      setReason(props.firstReason ?? '');
      if (props.onDone === undefined) notify(`${props.label}: done`, { type: 'success' });
      else props.onDone(data);
    } catch (error) {
      notify(messageOf(error), { type: 'error' });
    } finally {
      setBusy(false);
      refresh();
      props.onSettled?.();
    }
  }

  return (
    <>
      <Button variant={props.isMain === true ? 'contained' : 'text'} color={props.color ?? 'primary'} startIcon={props.icon} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} aria-labelledby={title} fullWidth maxWidth="sm">
        <form onSubmit={(event) => void submit(event)}>
          <DialogTitle id={title}>{props.label}</DialogTitle>
          <DialogContent>
            <DialogContentText>{props.question}</DialogContentText>
            {props.wantsReason === true && (
              <TextField
                label="Reason"
                name="reason"
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                helperText="It is kept in the audit log."
                margin="normal"
                fullWidth
                required
                multiline
              />
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" variant="contained" color={props.color ?? 'primary'} disabled={busy}>
              {props.label}
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
