/** A customer's balance, credits, payments, limits and breaks, and what happened to the money; read when support asks for it. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Link } from 'react-router-dom';

import { kindName, limitInWords, limitName, raiseInWords, stateName, whyAndNext } from './money.ts';
import { Waiting } from '../components/Waiting.tsx';
import { customerId } from '../finance/words.ts';
import { usePages } from '../events/usePages.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { EmptyState } from '../look/EmptyState.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { money, word } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { PaymentStories } from '../payments/PaymentStories.tsx';
import { moment } from '../time/moments.ts';
import { CUSTOMER_MONEY, CUSTOMER_PAYMENTS, CUSTOMER_TRANSACTIONS } from '../graph/generated/operations.ts';

import type { CustomerMoney } from '../graph/generated/operations.ts';

interface Props {
  readonly id: string;
  readonly brand: string;
}

const ROWS = 25;
const PAYMENTS = 10;

type StoredMoney = CustomerMoney['customerMoney'];

export function MoneyCard({ id, brand }: Props) {
  const [shown, setShown] = useState(false);
  if (!shown) {
    return (
      <Button variant="outlined" onClick={() => setShown(true)} sx={{ alignSelf: 'start' }}>
        Show balance, payments, limits and transactions
      </Button>
    );
  }
  return (
    <Stack spacing={1}>
      <Money id={id} brand={brand} />
    </Stack>
  );
}

/** What is here; of an operator's wallet, only where it is. */
function Money({ id, brand }: Props) {
  const { data, problem } = useGraph(CUSTOMER_MONEY, { customer: id });
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  if (data.customerMoney.atOperator) {
    return (
      <Alert severity="info" role="note">
        The operator of {brand} keeps its customers’ money in a wallet of its own. Balance, limits, deposits, withdrawals and transactions are there: ask the operator. Bets
        and rewards are here, in the timeline.
      </Alert>
    );
  }
  return (
    <>
      <Standing money={data.customerMoney} brand={brand} />
      <Heading>Payments</Heading>
      <Payments id={id} brand={brand} />
      <AllPayments id={id} />
      <Heading>Transactions</Heading>
      <Transactions id={id} brand={brand} />
    </>
  );
}

/** Leads to all of them, for those who may list payments. */
function AllPayments({ id }: Pick<Props, 'id'>) {
  if (!useMay('finance.read')) return null;
  const filter = JSON.stringify({ search: customerId(id) });
  return (
    <Button component={Link} to={`/payments?filter=${encodeURIComponent(filter)}`} size="small" sx={{ alignSelf: 'start' }}>
      All payments of this customer
    </Button>
  );
}

function Payments({ id, brand }: Props) {
  const { data, problem } = useGraph(CUSTOMER_PAYMENTS, { customer: id, first: PAYMENTS });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={3} />;
  if (data.customerPayments.length === 0) {
    return <EmptyState why="This customer has asked for no deposit or withdrawal." filledBy="Each one appears here with what happened to it, and why." />;
  }
  return <PaymentStories payments={data.customerPayments} brand={brand} />;
}

function Heading({ children }: { readonly children: string }) {
  return (
    <Typography component="h3" variant="subtitle1">
      {children}
    </Typography>
  );
}

function Standing({ money: { accounts, limits }, brand }: { readonly money: StoredMoney; readonly brand: string }) {
  const at = (instant: string) => moment(instant, brand);
  return (
    <>
      <Heading>Balance and credits</Heading>
      <DataRows
        label="Balance and credits"
        rows={accounts}
        id={(account) => account.id}
        nothing="This customer has no wallet."
        filledBy="A wallet is opened by the first deposit, credit or bet."
        columns={[
          { head: 'Account', cell: ({ account, credit }) => (credit === '' ? word(account.toLowerCase()) : `${word(account.toLowerCase())} ${credit}`) },
          { head: 'Can be used', cell: ({ availableMinor, currency }) => money(availableMinor, currency), right: true },
          { head: 'Reserved', cell: ({ reservedMinor, currency }) => money(reservedMinor, currency), right: true },
          { head: 'Expires', cell: ({ expiresAt }) => (expiresAt === null ? 'Never' : at(expiresAt)) },
        ]}
      />
      <Heading>Limits and breaks</Heading>
      <DataRows
        label="Limits and breaks"
        rows={limits}
        id={(limit) => `${limit.kind}:${limit.product ?? ''}:${limit.until ?? ''}`}
        nothing="The customer has chosen none."
        columns={[
          { head: 'What', cell: limitName },
          { head: 'Holds', cell: limitInWords },
          { head: 'Until', cell: ({ until }) => (until === null ? '–' : at(until)) },
          { head: 'Wanted instead', cell: (limit) => raiseInWords(limit, at) || '–' },
        ]}
      />
    </>
  );
}

function Transactions({ id, brand }: Props) {
  const { after, buttons } = usePages('transactions');
  const { data, problem } = useGraph(CUSTOMER_TRANSACTIONS, { customer: id, first: ROWS, after });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label="Transactions"
        rows={data.customerTransactions.nodes}
        id={(transaction) => transaction.id}
        nothing="Nothing has happened to this customer's money yet."
        columns={[
          { head: 'When', cell: (transaction) => moment(transaction.at, brand) },
          { head: 'What', cell: kindName },
          { head: 'Amount', cell: ({ amountMinor, currency }) => money(amountMinor, currency), right: true },
          { head: 'Of it credits', cell: ({ creditsMinor, currency }) => (creditsMinor === 0 ? '–' : money(creditsMinor, currency)), right: true },
          { head: 'State', cell: ({ state }) => <ToneChip {...stateName(state)} /> },
          { head: 'Why, and what next', cell: (transaction) => whyAndNext(transaction) || '–' },
          { head: 'Reference', cell: ({ reference }) => reference || '–' },
        ]}
      />
      {buttons(data.customerTransactions)}
    </>
  );
}
