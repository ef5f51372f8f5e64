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
import { WORDS } from '../words/index.ts';

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
      <Button onClick={() => setOpen(true)}>{WORDS.common.limit}</Button>
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
    notify(isRemoved ? WORDS.betting.limitRemoved : WORDS.betting.limited, { type: 'success' });
    onSettled();
  }

  return (
    <FormDialog
      title={WORDS.betting.limit({ value: targetName({ scope, name, targetId: target }) })}
      label={isRemoved ? WORDS.betting.removeTheLimit : WORDS.common.limit}
      open
      disabled={!isTyped || !isCurrency(currency)}
      onClose={onClose}
      onSubmit={submit}
    >
      {given === '' && <CurrencySelect label={WORDS.common.currency} brand={brand} value={currency} onChange={setCurrency} />}
      <MoneyInput label={WORDS.betting.mostOfOneBet} value={stake} currency={currency} onChange={setStake} help={WORDS.betting.inAllAlsoOfAMultiple} zero />
      <MoneyInput label={WORDS.betting.mostAtRisk} value={liability} currency={currency} onChange={setLiability} help={WORDS.betting.whatHouseMayLoseIf} zero />
      <TextField label={WORDS.common.reason} value={reason} onChange={(event) => setReason(event.target.value)} helperText={WORDS.common.keptInTheAuditLog} margin="normal" fullWidth required multiline />
      <Alert severity="info" role="status">
        {isRemoved
          ? WORDS.betting.widerLimitsDecideThenIfAny
          : scope === 'SELECTION' ? WORDS.betting.limitEachSelectionReplaces : WORDS.betting.limitEachSelectionReplacesWider({ scope: SCOPES[scope].toLowerCase() })}
      </Alert>
    </FormDialog>
  );
}
