/** Says what bets of a brand may cost by currency, how many selections they may have, and how long they wait in play. */
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { isCurrency, typedAmount, typedCount } from '../money/amounts.ts';
import { CurrencySelect } from '../money/CurrencySelect.tsx';
import { MoneyInput } from '../money/MoneyInput.tsx';
import { SET_BETTING_TERMS } from '../graph/generated/operations.ts';

import type { RulesOfTraders } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly rules: RulesOfTraders;
  readonly onSettled: () => void;
}

export function TermsButton(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="outlined" onClick={() => setOpen(true)}>
        Change
      </Button>
      {open && <TermsDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function TermsDialog({ brand, rules, onSettled, onClose }: Props & { readonly onClose: () => void }) {
  const [currency, setCurrency] = useState(rules.stakes[0]?.currency ?? 'GBP');
  const [least, setLeast] = useState('');
  const [most, setMost] = useState('');
  const [legs, setLegs] = useState(rules.maxLegs === null ? '' : String(rules.maxLegs));
  const [delay, setDelay] = useState(rules.delaySeconds === null ? '' : String(rules.delaySeconds));
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const [minimumMinor, maximumMinor] = [typedAmount(least, currency).minor, typedAmount(most, currency).minor];
  const maxLegs = typedCount(legs);
  const delaySeconds = delay.trim() === '' ? null : Number(delay);
  const changed = minimumMinor === null || maximumMinor === null ? null : { currency, minimumMinor, maximumMinor };
  const isTyped = (least.trim() === '' && most.trim() === '') || changed !== null;
  const isRight = isTyped && isCurrency(currency) && maxLegs.problem === '' && (delaySeconds === null || Number.isFinite(delaySeconds));

  async function submit() {
    const others = rules.stakes.filter((one) => changed === null || one.currency !== currency);
    const stakes = changed === null ? others : [...others, changed];
    await run(SET_BETTING_TERMS, { input: { brand, stakes, maxLegs: maxLegs.count, delaySeconds, revision: rules.revision, reason } });
    onClose();
    notify('Changed', { type: 'success' });
    onSettled();
  }

  return (
    <FormDialog title="Stakes, selections and delay" label="Change" open disabled={!isRight} onClose={onClose} onSubmit={submit}>
      <CurrencySelect label="Currency of the stakes" brand={brand} value={currency} onChange={setCurrency} />
      <MoneyInput label="Minimum stake" value={least} currency={currency} onChange={setLeast} help="On each line. Leave both empty to keep what is said." />
      <MoneyInput label="Maximum stake" value={most} currency={currency} onChange={setMost} help="In all: a bet each way costs its stake twice." />
      <TextField
        label="Most selections in a bet"
        value={legs}
        onChange={(event) => setLegs(event.target.value)}
        error={maxLegs.problem !== ''}
        helperText={maxLegs.problem || 'Empty: as the installation is set up.'}
        margin="normal"
        fullWidth
      />
      <TextField label="Bets in play wait (s)" value={delay} onChange={(event) => setDelay(event.target.value)} helperText="Empty: as the installation is set up." margin="normal" fullWidth />
      <TextField label="Reason" value={reason} onChange={(event) => setReason(event.target.value)} helperText="It is kept in the audit log." margin="normal" fullWidth required multiline />
    </FormDialog>
  );
}
