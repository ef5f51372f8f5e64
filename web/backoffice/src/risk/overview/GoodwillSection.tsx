/** Goodwill: the budgets of this week and coming ones with their use, what it costs, and setting a budget. */
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Tune from '@mui/icons-material/Tune';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Link, useNotify, usePermissions } from 'react-admin';

import { useBrand } from '../../frame/brand.tsx';
import { FigureTable } from '../figures/FigureTable.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { money, number, typedAmount, word } from '../../money/amounts.ts';
import { MoneyInput } from '../../money/MoneyInput.tsx';
import { run } from '../../graph/graph.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { WeekSelect } from '../../time/WeekSelect.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { GOODWILL_BUDGETS, GOODWILL_COSTS, SET_GOODWILL_BUDGET } from '../../graph/generated/operations.ts';
import { weekCell } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { GoodwillCost } from '../../graph/generated/operations.ts';

const NO_VALUES = { currency: '', isoWeek: '', amount: '', customer: '', agent: '', reason: '' };
const FIELDS = [
  ['currency', WORDS.common.currency, ''],
  ['isoWeek', WORDS.common.week, WORDS.risk.everyWeekWithoutBudgetOwn],
  ['amount', WORDS.risk.budget, WORDS.risk.aHigherLimitIsOnlyProposed],
  ['customer', WORDS.common.limitPerCustomer, WORDS.risk.emptyForTheWholeBudget],
  ['agent', WORDS.common.limitPerAgent, WORDS.risk.emptyForTheWholeBudget],
  ['reason', WORDS.common.reason, WORDS.common.keptInTheAuditLog],
] as const;
const OPTIONAL = new Set(['isoWeek', 'customer', 'agent']);

/** So many weeks after the current one can have a budget of their own from here. */
const COMING_WEEKS = 12;

function BudgetButton({ brand, onSet }: { readonly brand: string; readonly onSet: () => void }) {
  const [open, setOpen] = useState(false);
  const [values, setValues] = useState(NO_VALUES);
  const notify = useNotify();
  const currencies = useBrand().brands.find(({ id }) => id === brand)?.currencies ?? [];
  const { currency } = values;
  const [amount, customer, agent] = [typedAmount(values.amount, currency, true), typedAmount(values.customer, currency, true), typedAmount(values.agent, currency, true)];
  const isReadable = [amount, customer, agent].every((one) => one.problem === '');

  async function submit() {
    if (amount.minor === null) return;
    const input = {
      brand,
      currency,
      isoWeek: values.isoWeek === '' ? null : values.isoWeek,
      amountMinor: amount.minor,
      customerMinor: customer.minor,
      agentMinor: agent.minor,
      reason: values.reason,
    };
    const { setGoodwillBudget } = await run(SET_GOODWILL_BUDGET, { input });
    const proposed = setGoodwillBudget.proposalId !== null;
    notify(proposed ? WORDS.common.submittedForApproval : WORDS.risk.theBudgetIsSet, { type: 'success' });
    setOpen(false);
    setValues(NO_VALUES);
    onSet();
  }

  return (
    <>
      <Button startIcon={<Tune />} onClick={() => setOpen(true)}>
        {WORDS.risk.setAGoodwillBudget}
      </Button>
      <FormDialog
        title={WORDS.risk.setAGoodwillBudget}
        label={WORDS.risk.setWhat({ what: amount.minor !== null ? money(amount.minor, currency) : '' }).trim()}
        open={open}
        disabled={!isReadable}
        onClose={() => setOpen(false)}
        onSubmit={submit}
      >
        {FIELDS.map(([name, label, help]) => {
          const shared = { label, value: values[name], required: !OPTIONAL.has(name), margin: 'dense' as const };
          const change = (typed: string) => setValues({ ...values, [name]: typed });
          if (name === 'isoWeek') return <WeekSelect key={name} brand={brand} value={values.isoWeek} onChange={change} after={COMING_WEEKS} every={help} />;
          if (name === 'currency') {
            return (
              <TextField key={name} {...shared} select fullWidth onChange={(event) => change(event.target.value)}>
                {currencies.map((one) => (
                  <MenuItem key={one} value={one}>
                    {one}
                  </MenuItem>
                ))}
              </TextField>
            );
          }
          return name === 'amount' || name === 'customer' || name === 'agent' ? (
            <MoneyInput key={name} {...shared} currency={currency} help={help} onChange={change} zero />
          ) : (
            <TextField
              key={name}
              {...shared}
              helperText={help}
              onChange={(event) => change(event.target.value)}
              multiline
              fullWidth
            />
          );
        })}
      </FormDialog>
    </>
  );
}

function Budgets({ brand }: { readonly brand: string }) {
  const { data, problem, reload } = useGraph(GOODWILL_BUDGETS, { brand });
  const { permissions } = usePermissions<ReadonlySet<string>>();
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  return (
    <FigureTable
      title={WORDS.risk.goodwillBudgets}
      rows={data.goodwillBudgets}
      rowKey={(line) => line.id}
      columns={[
        { head: WORDS.common.week, cell: (line) => line.own ? WORDS.risk.itsOwn({ week: weekCell(line.isoWeek) }) : weekCell(line.isoWeek) },
        { head: WORDS.risk.budget, numeric: true, cell: (line) => money(line.amountMinor, line.currency) },
        { head: WORDS.risk.aCustomer, numeric: true, cell: (line) => money(line.customerMinor, line.currency) },
        { head: WORDS.risk.aPerson, numeric: true, cell: (line) => money(line.agentMinor, line.currency) },
        { head: WORDS.risk.proposed, numeric: true, cell: (line) => money(line.reservedMinor, line.currency) },
        { head: WORDS.common.approved, numeric: true, cell: (line) => money(line.approvedMinor, line.currency) },
        { head: WORDS.common.credited, numeric: true, cell: (line) => money(line.paidMinor, line.currency) },
        { head: WORDS.risk.left, numeric: true, cell: (line) => money(line.leftMinor, line.currency) },
      ]}
    >
      <Typography variant="body2" color="textSecondary">
        {WORDS.risk.whatSupportMayGiveInAWeek}
      </Typography>
      {permissions?.has('risk.budget') === true && <BudgetButton brand={brand} onSet={reload} />}
    </FigureTable>
  );
}

/** Return the path of the list of credits behind a cost. */
function creditsPath(brand: string, { isoWeek, currency, stage, kind }: GoodwillCost): string {
  const filter = JSON.stringify({ brand, isoWeek, currency, stage, kind });
  return `/risk-goodwill?${new URLSearchParams({ filter, page: '1' }).toString()}`;
}

function Costs({ brand }: { readonly brand: string }) {
  const { data, problem } = useGraph(GOODWILL_COSTS, { brand });
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  return (
    <FigureTable
      title={WORDS.risk.goodwillCredits}
      csv={{ table: 'goodwill', parameters: { brand } }}
      rows={data.goodwillCosts.toSorted((one, other) => other.isoWeek.localeCompare(one.isoWeek))}
      rowKey={(line) => line.id}
      columns={[
        { head: WORDS.common.week, cell: (line) => weekCell(line.isoWeek) },
        { head: WORDS.risk.stage, cell: (line) => word(line.stage) },
        { head: WORDS.common.kind, cell: (line) => word(line.kind) },
        {
          head: WORDS.risk.credits,
          numeric: true,
          cell: (line) => <Link to={creditsPath(brand, line)}>{number(line.credits)}</Link>,
        },
        { head: WORDS.common.value, numeric: true, cell: (line) => money(line.valueMinor, line.currency) },
      ]}
    />
  );
}

export function GoodwillSection({ brand }: { readonly brand: string }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  return (
    <>
      {permissions?.has('support.read') === true && <Budgets brand={brand} />}
      <Costs brand={brand} />
    </>
  );
}
