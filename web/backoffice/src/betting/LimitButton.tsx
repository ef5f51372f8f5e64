/** Limits each selection in something: the stake of a bet, what may be lost if it wins, or both. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { SCOPES, targetName, type Scope } from './words.ts';
import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { isCurrency, typedAmount } from '../money/amounts.ts';
import { CurrencySelect } from '../money/CurrencySelect.tsx';
import { MoneyInput } from '../money/MoneyInput.tsx';
import { LIMIT_BETTING } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly scope: Scope;
  readonly target: string;
  readonly name: string;
  /** Empty: it is asked for. */
  readonly currency: string;
  readonly onSettled: () => void;
}

export function LimitButton(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Limit</Button>
      {open && <LimitDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function LimitDialog({ brand, scope, target, name, currency: given, onSettled, onClose }: Props & { readonly onClose: () => void }) {
  const [currency, setCurrency] = useState(given);
  const [stake, setStake] = useState('');
  const [liability, setLiability] = useState('');
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const [stakeMinor, liabilityMinor] = [typedAmount(stake, currency, true).minor, typedAmount(liability, currency, true).minor];
  const isTyped = (stake.trim() === '' || stakeMinor !== null) && (liability.trim() === '' || liabilityMinor !== null);
  const isRemoved = stakeMinor === null && liabilityMinor === null;

  async function submit() {
    await run(LIMIT_BETTING, { input: { brand, scope, target, currency, stakeMinor, liabilityMinor, reason } });
    onClose();
    notify(isRemoved ? 'Limit removed' : 'Limited', { type: 'success' });
    onSettled();
  }

  return (
    <FormDialog
      title={`Limit: ${targetName({ scope, name, targetId: target })}`}
      label={isRemoved ? 'Remove the limit' : 'Limit'}
      open
      disabled={!isTyped || !isCurrency(currency)}
      onClose={onClose}
      onSubmit={submit}
    >
      {given === '' && <CurrencySelect label="Currency" brand={brand} value={currency} onChange={setCurrency} />}
      <MoneyInput label="Most of one bet" value={stake} currency={currency} onChange={setStake} help="In all, also of a multiple. Empty: no limit here." zero />
      <MoneyInput label="Most at risk" value={liability} currency={currency} onChange={setLiability} help="What the house may lose if a selection wins. Empty: no limit here." zero />
      <TextField label="Reason" value={reason} onChange={(event) => setReason(event.target.value)} helperText="It is kept in the audit log." margin="normal" fullWidth required multiline />
      <Alert severity="info" role="status">
        {isRemoved
          ? 'Wider limits decide then, if there are any.'
          : `It is a limit of each selection${scope === 'SELECTION' ? '' : ` of the ${SCOPES[scope].toLowerCase()}`}, and replaces wider limits. Open bets stay as they are.`}
      </Alert>
    </FormDialog>
  );
}
