/** A deed about a record: one mutation, after a reason if it wants one; then what is shown is refreshed. */
import Button from '@mui/material/Button';
import DialogContentText from '@mui/material/DialogContentText';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useNotify, useRefresh } from 'react-admin';

import { FormDialog } from './FormDialog.tsx';
import { WORDS } from '../words/index.ts';

import type { ReactNode } from 'react';

/** What is said once it is done: a sentence, or what the deed itself does with the mutation's data. */
type Told<Data> = { readonly done: string; onDone?: never } | { readonly done?: never; onDone(data: Data): void };

export type Deed<Data = unknown> = Asked<Data> & Told<Data>;

interface Asked<Data> {
  readonly label: string;
  /** What happens, in words; asked before it does. */
  readonly question: string;
  /** Does it, with the reason, and the answer to what it asks besides. */
  readonly change: (reason: string, answer: string) => Promise<Data>;
  /** What it asks besides, in a line. */
  readonly asks?: { readonly label: string; readonly help: string };
  readonly wantsReason?: boolean;
  /** The reason that is suggested. */
  readonly firstReason?: string;
  readonly color?: 'primary' | 'error';
  readonly icon?: ReactNode;
  /** Called after the mutation, even if it was refused: somebody else may have changed the record. */
  readonly onSettled?: () => void;
}

/** `isMain`: whether it is what people come to the screen for. */
type ButtonProps<Data> = Deed<Data> & { readonly isMain?: boolean };

/** A button that asks for the deed. */
export function ChangeButton<Data>({ isMain = false, ...deed }: ButtonProps<Data>) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant={isMain ? 'contained' : 'text'} color={deed.color ?? 'primary'} startIcon={deed.icon} onClick={() => setOpen(true)}>
        {deed.label}
      </Button>
      <ChangeDialog {...deed} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

type DialogProps = Deed & { readonly open: boolean; readonly onClose: () => void };

/** Says what the deed does, and does it. */
export function ChangeDialog({ open, onClose, ...deed }: DialogProps) {
  const [reason, setReason] = useState(deed.firstReason ?? '');
  const [answer, setAnswer] = useState('');
  const [isRefused, setRefused] = useState(false);
  const notify = useNotify();
  const refresh = useRefresh();

  function settle() {
    refresh();
    deed.onSettled?.();
  }

  /** After a refusal the record is read again only now: if that fails, the dialog goes with its row, and with what was typed. */
  function close() {
    onClose();
    if (!isRefused) return;
    setRefused(false);
    settle();
  }

  async function submit() {
    const data = await deed.change(reason, answer).catch((error: unknown) => {
      setRefused(true);
      throw error;
    });
    setRefused(false);
    onClose();
    setReason(deed.firstReason ?? '');
    setAnswer('');
    if (deed.onDone === undefined) notify(deed.done, { type: 'success' });
    else deed.onDone(data);
    settle();
  }

  return (
    <FormDialog title={deed.label} label={deed.label} color={deed.color ?? 'primary'} open={open} onClose={close} onSubmit={submit}>
      <DialogContentText>{deed.question}</DialogContentText>
      {deed.asks !== undefined && (
        <TextField label={deed.asks.label} value={answer} onChange={(event) => setAnswer(event.target.value)} helperText={deed.asks.help} margin="normal" fullWidth required />
      )}
      {deed.wantsReason === true && (
        <TextField
          label={WORDS.common.reason}
          name="reason"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          helperText={WORDS.common.keptInTheAuditLog}
          margin="normal"
          fullWidth
          required
          multiline
        />
      )}
    </FormDialog>
  );
}
