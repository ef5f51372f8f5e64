/** Proposes a correction of a customer's money: who, which account, how much, and what it does before it is proposed. */
import Alert from '@mui/material/Alert';
import Balance from '@mui/icons-material/Balance';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { accountLine, correctionInWords } from './words.ts';
import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { useDelayed } from '../graph/useDelayed.ts';
import { useGraph } from '../graph/useGraph.ts';
import { money, typedAmount } from '../money/amounts.ts';
import { MoneyInput } from '../money/MoneyInput.tsx';
import { CORRECTABLE_ACCOUNTS, PREVIEW_CORRECTION, PROPOSE_CORRECTION } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { HeldMoney } from '../graph/generated/operations.ts';

type Direction = 'add' | 'take';

interface Correction {
  readonly customer: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly credit: string;
}

export function CorrectButton({ brand }: { readonly brand: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="contained" startIcon={<Balance />} onClick={() => setOpen(true)}>
        {WORDS.finance.correctABalance}
      </Button>
      {open && <CorrectDialog brand={brand} onClose={() => setOpen(false)} />}
    </>
  );
}

function CorrectDialog({ brand, onClose }: { readonly brand: string; readonly onClose: () => void }) {
  const [id, setId] = useState('');
  const [found, setFound] = useState('');
  const [chosen, setChosen] = useState('');
  const [direction, setDirection] = useState<Direction>('add');
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const customer = found === '' ? null : `${brand}:${found}`;
  const { data, problem } = useGraph(CORRECTABLE_ACCOUNTS, customer === null ? null : { customer });
  const accounts = customer === null || problem !== '' ? [] : (data?.correctableAccounts ?? []);
  const account = accounts.find((one) => one.id === chosen) ?? accounts[0];
  const correction = correctionOf(customer, account, direction, typed);
  const { preview, refusal } = usePreview(correction);

  async function submit() {
    if (correction === null) return;
    await run(PROPOSE_CORRECTION, { input: { correction, reason } });
    onClose();
    notify(WORDS.common.submittedForApproval, { type: 'success' });
  }

  return (
    <FormDialog
      title={WORDS.finance.correctABalance}
      label={correction === null ? WORDS.common.propose : WORDS.common.proposeAmount({ amount: money(correction.amountMinor, correction.currency) })}
      open
      disabled={correction === null || preview?.refusal !== null}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={WORDS.common.customer}
        value={id}
        onChange={(event) => setId(event.target.value)}
        onBlur={() => setFound(id.trim())}
        error={problem !== ''}
        helperText={problem || helpFor(customer, data?.correctableAccounts ?? null)}
        margin="normal"
        fullWidth
        required
      />
      {account !== undefined && (
        <TextField label={WORDS.common.account} value={account.id} onChange={(event) => setChosen(event.target.value)} margin="normal" select fullWidth>
          {accounts.map((one) => (
            <MenuItem key={one.id} value={one.id}>
              {accountLine(one)}
            </MenuItem>
          ))}
        </TextField>
      )}
      <ToggleButtonGroup
        exclusive
        size="small"
        value={direction}
        onChange={(_, value: Direction | null) => setDirection(value ?? direction)}
        aria-label={WORDS.common.action}
      >
        <ToggleButton value="add">{WORDS.common.add}</ToggleButton>
        <ToggleButton value="take">{WORDS.common.subtract}</ToggleButton>
      </ToggleButtonGroup>
      <MoneyInput label={WORDS.common.amount} value={typed} currency={account?.currency ?? ''} onChange={setTyped} required />
      <TextField
        label={WORDS.common.reason}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        helperText={WORDS.finance.approverListCorrections}
        margin="normal"
        fullWidth
        required
        multiline
      />
      {refusal !== '' && <Alert severity="warning">{refusal}</Alert>}
      {correction !== null && preview !== null && (
        <Alert severity={preview.refusal === null ? 'info' : 'warning'} role="status">
          {preview.refusal ?? consequence(correction, preview)}
          {preview.waits && ` ${WORDS.finance.payoutsInTheCurrencyAreStopped}`}
        </Alert>
      )}
    </FormDialog>
  );
}

function helpFor(customer: string | null, accounts: readonly HeldMoney[] | null): string {
  if (customer === null) return WORDS.finance.wholeIdLogged;
  if (accounts === null) return WORDS.finance.lookingUpTheirAccounts;
  return accounts.length === 0 ? WORDS.common.thisCustomerHasNoWallet : WORDS.finance.chooseTheAccountBelow;
}

function correctionOf(customer: string | null, account: HeldMoney | undefined, direction: Direction, typed: string): Correction | null {
  if (customer === null || account === undefined) return null;
  const { minor } = typedAmount(typed, account.currency);
  if (minor === null) return null;
  return { customer, currency: account.currency, amountMinor: direction === 'add' ? minor : -minor, credit: account.credit };
}

interface Preview {
  readonly beforeMinor: number;
  readonly afterMinor: number;
  readonly refusal: string | null;
  readonly waits: boolean;
}

/** Ask what a correction would do, once nobody types any more; each look is recorded. */
function usePreview(correction: Correction | null): { readonly preview: Preview | null; readonly refusal: string } {
  const asked = JSON.stringify(correction);
  const settled = useDelayed(asked);
  const wanted = JSON.parse(settled) as Correction | null;
  const { data, problem } = useGraph(PREVIEW_CORRECTION, wanted === null ? null : { correction: wanted });
  if (correction === null || settled !== asked) return { preview: null, refusal: '' };
  return { preview: problem === '' ? (data?.correctionPreview ?? null) : null, refusal: problem };
}

function consequence({ amountMinor, currency, credit }: Correction, { beforeMinor, afterMinor }: Preview): string {
  const [before, after] = [money(beforeMinor, currency), money(afterMinor, currency)];
  return WORDS.finance.customerCanUseNowThen({ correction: correctionInWords(amountMinor, currency, credit), before, after });
}
