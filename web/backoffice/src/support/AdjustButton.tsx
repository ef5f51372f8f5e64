/** Proposes to add to a customer's week, or to take from it. */
import Tune from '@mui/icons-material/Tune';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { adjustmentInWords, standing, targetInWords } from './adjustment.ts';
import { FormDialog } from '../components/FormDialog.tsx';
import { run } from '../graph/graph.ts';
import { useDelayed } from '../graph/useDelayed.ts';
import { useGraph } from '../graph/useGraph.ts';
import { money, typedAmount } from '../money/amounts.ts';
import { MoneyInput } from '../money/MoneyInput.tsx';
import { WeekSelect } from '../time/WeekSelect.tsx';
import { ADJUST, CUSTOMER_WEEK } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { WeekAmounts } from '../graph/generated/operations.ts';

interface Props {
  readonly customer: string;
  /** The current week, which is suggested. */
  readonly week: WeekAmounts;
  readonly onDone: () => void;
}

/** So far back a week can be chosen. */
const PAST_WEEKS = 12;

type Direction = 'add' | 'take';

export function AdjustButton({ customer, week: current, onDone }: Props) {
  const [open, setOpen] = useState(false);
  const [isoWeek, setIsoWeek] = useState(current.isoWeek);
  const [direction, setDirection] = useState<Direction>('add');
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const { week, problem } = useWeek(customer, isoWeek.trim(), current);
  const { currency } = week ?? current;
  const { minor } = typedAmount(typed, currency);
  const amountMinor = minor === null ? null : direction === 'add' ? minor : -minor;

  async function submit() {
    if (amountMinor === null) return;
    await run(ADJUST, { input: { customer, isoWeek: isoWeek.trim(), amountMinor, reason } });
    setOpen(false);
    setTyped('');
    setReason('');
    notify(WORDS.common.submittedForApproval, { type: 'success' });
    onDone();
  }

  return (
    <>
      <Button startIcon={<Tune />} onClick={() => setOpen(true)}>
        {WORDS.support.adjustAWeek}
      </Button>
      <FormDialog
        title={WORDS.support.adjustAWeek}
        label={amountMinor === null ? WORDS.common.propose : WORDS.common.proposeAmount({ amount: money(amountMinor, currency) })}
        open={open}
        disabled={amountMinor === null || week === null}
        onClose={() => setOpen(false)}
        onSubmit={submit}
      >
        <WeekSelect
          brand={customer.split(':')[0] ?? ''}
          value={isoWeek}
          onChange={setIsoWeek}
          before={PAST_WEEKS}
          isWrong={problem !== ''}
          help={problem || (week === null ? WORDS.support.readingTheWeek : WORDS.support.now({ total: standing(week.totalMinor, week) }))}
        />
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
        <MoneyInput label={WORDS.common.amount} value={typed} currency={currency} onChange={setTyped} required />
        <TextField
          label={WORDS.common.reason}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          helperText={WORDS.support.approverLedgerAuditLogShow}
          margin="normal"
          fullWidth
          required
          multiline
        />
        {week !== null && amountMinor !== null && <Consequence week={week} amountMinor={amountMinor} />}
      </FormDialog>
    </>
  );
}

/** Read a week of a customer; the current one is known, and each look at another one is recorded. */
function useWeek(customer: string, isoWeek: string, current: WeekAmounts): { week: WeekAmounts | null; problem: string } {
  const settled = useDelayed(isoWeek);
  const isOther = settled !== current.isoWeek && /^\d{4}-W\d{2}$/u.test(settled);
  const other = useGraph(CUSTOMER_WEEK, isOther ? { customer, isoWeek: settled } : null);
  if (isoWeek === current.isoWeek) return { week: current, problem: '' };
  if (settled !== isoWeek) return { week: null, problem: '' };
  if (!isOther) return { week: null, problem: WORDS.support.nameAWeek };
  const found = other.data?.customerWeek;
  return { week: found?.isoWeek === isoWeek && other.problem === '' ? found : null, problem: other.problem };
}

function Consequence({ week, amountMinor }: { readonly week: WeekAmounts; readonly amountMinor: number }) {
  const after = week.totalMinor + amountMinor;
  return (
    <Alert severity={after < 0 || week.targetMinor === null ? 'warning' : 'info'} role="status">
      {WORDS.support.thisAdjusts({ adjustment: adjustmentInWords(amountMinor, week.currency, week.isoWeek) })}{' '}
      {after >= 0 && `${WORDS.support.theCustomerHasNowAndThen({ total: standing(week.totalMinor, week), after: standing(after, week) })} `}
      {targetInWords(week, amountMinor)}
    </Alert>
  );
}
