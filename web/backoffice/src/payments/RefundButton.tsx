/** Proposes to send money of a deposit back: which payment of it, how much, and what that does before it is proposed. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Undo from '@mui/icons-material/Undo';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { refundInWords } from './refunds.ts';
import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { money, typedAmount } from '../money/amounts.ts';
import { MoneyInput } from '../money/MoneyInput.tsx';
import { PROPOSE_REFUND } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { Refundable } from '../graph/generated/operations.ts';

interface Props {
  readonly payment: string;
  /** Those of which something is left. */
  readonly charges: readonly Refundable[];
}

export function RefundButton(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="contained" startIcon={<Undo />} onClick={() => setOpen(true)}>
        {WORDS.payments.refund}
      </Button>
      {open && <RefundDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function RefundDialog({ payment, charges, onClose }: Props & { readonly onClose: () => void }) {
  const [chosen, setChosen] = useState(charges[0]?.id ?? '');
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const charge = charges.find(({ id }) => id === chosen);
  if (charge === undefined) return null;
  const { currency, owed, leftMinor } = charge;
  const amount = owed ? leftMinor : typedAmount(typed, currency).minor;
  const { words, possible } = refundInWords(charge, amount);

  async function submit() {
    if (amount === null) return;
    await run(PROPOSE_REFUND, { input: { payment, charge: chosen, amountMinor: amount, reason } });
    onClose();
    notify(WORDS.common.submittedForApproval, { type: 'success' });
  }

  return (
    <FormDialog
      title={WORDS.payments.refundADeposit}
      label={amount === null ? WORDS.common.propose : WORDS.common.proposeAmount({ amount: money(amount, currency) })}
      open
      disabled={!possible}
      onClose={onClose}
      onSubmit={submit}
    >
      {charges.length > 1 && (
        <TextField label={WORDS.payments.paidAt} value={chosen} onChange={(event) => setChosen(event.target.value)} margin="normal" select fullWidth>
          {charges.map(({ id, processor, amountMinor }) => (
            <MenuItem key={id} value={id}>
              {`${processor}: ${money(amountMinor, currency)}`}
            </MenuItem>
          ))}
        </TextField>
      )}
      {!owed && <MoneyInput label={WORDS.common.amount} value={typed} currency={currency} onChange={setTyped} required />}
      <TextField
        label={WORDS.common.reason}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        helperText={WORDS.payments.approverListRefundsAudit}
        margin="normal"
        fullWidth
        required
        multiline
      />
      <Alert severity={possible || amount === null ? 'info' : 'warning'} role="status">
        {words}
      </Alert>
    </FormDialog>
  );
}
