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
import { WORDS } from '../words/index.ts';

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
        {WORDS.common.change}
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
    notify(WORDS.common.changed, { type: 'success' });
    onSettled();
  }

  return (
    <FormDialog title={WORDS.betting.stakesSelectionsAndDelay} label={WORDS.common.change} open disabled={!isRight} onClose={onClose} onSubmit={submit}>
      <CurrencySelect label={WORDS.betting.currencyOfTheStakes} brand={brand} value={currency} onChange={setCurrency} />
      <MoneyInput label={WORDS.common.minimumStake} value={least} currency={currency} onChange={setLeast} help={WORDS.betting.onEachLine} />
      <MoneyInput label={WORDS.betting.maximumStake} value={most} currency={currency} onChange={setMost} help={WORDS.betting.inAll} />
      <TextField
        label={WORDS.betting.mostSelectionsInABet}
        value={legs}
        onChange={(event) => setLegs(event.target.value)}
        error={maxLegs.problem !== ''}
        helperText={maxLegs.problem || WORDS.betting.emptyInstallationSetUp}
        margin="normal"
        fullWidth
      />
      <TextField label={WORDS.betting.betsInPlayWaitS} value={delay} onChange={(event) => setDelay(event.target.value)} helperText={WORDS.betting.emptyInstallationSetUp} margin="normal" fullWidth />
      <TextField label={WORDS.common.reason} value={reason} onChange={(event) => setReason(event.target.value)} helperText={WORDS.common.keptInTheAuditLog} margin="normal" fullWidth required multiline />
    </FormDialog>
  );
}
