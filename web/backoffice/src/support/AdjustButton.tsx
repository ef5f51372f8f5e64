/** Proposes to add to a customer's week, or to take from it. */
import Tune from '@mui/icons-material/Tune';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { ADJUST } from './operations.ts';
import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';

interface Props {
  readonly customer: string;
  readonly week: string;
  readonly currency: string;
}

export function AdjustButton({ customer, week, currency }: Props) {
  const [open, setOpen] = useState(false);
  const [isoWeek, setWeek] = useState(week);
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const notify = useNotify();

  async function submit() {
    await run(ADJUST, { input: { customer, isoWeek, amountMinor: Number(amount), reason } });
    setOpen(false);
    setAmount('');
    setReason('');
    notify('Proposed: another person finds it among the approvals', { type: 'success' });
  }

  return (
    <>
      <Button startIcon={<Tune />} onClick={() => setOpen(true)}>
        Adjust a week
      </Button>
      <FormDialog title="Adjust a week" label="Propose" open={open} onClose={() => setOpen(false)} onSubmit={submit}>
        <TextField label="Week" value={isoWeek} onChange={(event) => setWeek(event.target.value)} margin="normal" fullWidth required />
        <TextField
          label={`Amount in minor units of ${currency}`}
          type="number"
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
          helperText="500 adds five pounds, -500 subtracts them."
          margin="normal"
          fullWidth
          required
        />
        <TextField
          label="Reason"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          helperText="The approver, the ledger and the audit log show it."
          margin="normal"
          fullWidth
          required
          multiline
        />
      </FormDialog>
    </>
  );
}
