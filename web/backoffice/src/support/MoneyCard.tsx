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
import { brandName } from '../frame/names.ts';
import { useGraph } from '../graph/useGraph.ts';
import { EmptyState } from '../look/EmptyState.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { money, word } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { PaymentStories } from '../payments/PaymentStories.tsx';
import { moment } from '../time/moments.ts';
import { CUSTOMER_MONEY, CUSTOMER_PAYMENTS, CUSTOMER_TRANSACTIONS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { CustomerMoney } from '../graph/generated/operations.ts';

interface Props {
  readonly id: string;
  readonly brand: string;
}

interface CardProps extends Props {
  /** Another number reads it anew, once it is shown. */
  readonly version: number;
}

const ROWS = 25;
const PAYMENTS = 10;

type StoredMoney = CustomerMoney['customerMoney'];

export function MoneyCard({ id, brand, version }: CardProps) {
  const [shown, setShown] = useState(false);
  if (!shown) {
    return (
      <Button variant="outlined" onClick={() => setShown(true)} sx={{ alignSelf: 'start' }}>
        {WORDS.support.showBalancePaymentsLimits}
      </Button>
    );
  }
  return (
    <Stack spacing={1}>
      <Money key={version} id={id} brand={brand} />
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
        {WORDS.support.operatorKeepsCustomers({ brand: brandName(brand) })}
      </Alert>
    );
  }
  return (
    <>
      <Standing money={data.customerMoney} brand={brand} />
      <Heading>{WORDS.support.payments}</Heading>
      <Payments id={id} brand={brand} />
      <AllPayments id={id} brand={brand} />
      <Heading>{WORDS.support.transactions}</Heading>
      <Transactions id={id} brand={brand} />
    </>
  );
}

/** Leads to all of them, for those who may list payments. */
function AllPayments({ id, brand }: Props) {
  if (!useMay('finance.read')) return null;
  const filter = JSON.stringify({ search: customerId(id) });
  return (
    <Button component={Link} to={`/payments?brand=${encodeURIComponent(brand)}&filter=${encodeURIComponent(filter)}`} size="small" sx={{ alignSelf: 'start' }}>
      {WORDS.support.allPaymentsOfThisCustomer}
    </Button>
  );
}

function Payments({ id, brand }: Props) {
  const { data, problem } = useGraph(CUSTOMER_PAYMENTS, { customer: id, first: PAYMENTS });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={3} />;
  if (data.customerPayments.length === 0) {
    return <EmptyState why={WORDS.support.noPaymentYet} filledBy={WORDS.support.eachOneAppearsHereWhat} />;
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
      <Heading>{WORDS.support.balanceAndCredits}</Heading>
      <DataRows
        label={WORDS.support.balanceAndCredits}
        rows={accounts}
        id={(account) => account.id}
        nothing={WORDS.common.thisCustomerHasNoWallet}
        filledBy={WORDS.support.walletOpenedFirstDeposit}
        columns={[
          { head: WORDS.common.account, cell: ({ account, credit }) => (credit === '' ? word(account.toLowerCase()) : `${word(account.toLowerCase())} ${credit}`) },
          { head: WORDS.support.canBeUsed, cell: ({ availableMinor, currency }) => money(availableMinor, currency), right: true },
          { head: WORDS.common.reserved, cell: ({ reservedMinor, currency }) => money(reservedMinor, currency), right: true },
          { head: WORDS.support.expires, cell: ({ expiresAt }) => (expiresAt === null ? WORDS.support.never : at(expiresAt)) },
        ]}
      />
      <Heading>{WORDS.support.limitsAndBreaks}</Heading>
      <DataRows
        label={WORDS.support.limitsAndBreaks}
        rows={limits}
        id={(limit) => `${limit.kind}:${limit.product ?? ''}:${limit.until ?? ''}`}
        nothing={WORDS.support.theCustomerHasChosenNone}
        columns={[
          { head: WORDS.common.what, cell: limitName },
          { head: WORDS.support.holds, cell: limitInWords },
          { head: WORDS.common.until, cell: ({ until }) => (until === null ? '–' : at(until)) },
          { head: WORDS.support.wantedInstead, cell: (limit) => raiseInWords(limit, at) || '–' },
        ]}
      />
    </>
  );
}

function Transactions({ id, brand }: Props) {
  const { after, buttons } = usePages(WORDS.support.transactionsInline);
  const { data, problem } = useGraph(CUSTOMER_TRANSACTIONS, { customer: id, first: ROWS, after });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label={WORDS.support.transactions}
        rows={data.customerTransactions.nodes}
        id={(transaction) => transaction.id}
        nothing={WORDS.support.nothingHappenedCustomers}
        columns={[
          { head: WORDS.common.when, cell: (transaction) => moment(transaction.at, brand) },
          { head: WORDS.common.what, cell: kindName },
          { head: WORDS.common.amount, cell: ({ amountMinor, currency }) => money(amountMinor, currency), right: true },
          { head: WORDS.support.ofItCredits, cell: ({ creditsMinor, currency }) => (creditsMinor === 0 ? '–' : money(creditsMinor, currency)), right: true },
          { head: WORDS.common.state, cell: ({ state }) => <ToneChip {...stateName(state)} /> },
          { head: WORDS.support.whyAndWhatNext, cell: (transaction) => whyAndNext(transaction) || '–' },
          { head: WORDS.support.reference, cell: ({ reference }) => reference || '–' },
        ]}
      />
      {buttons(data.customerTransactions)}
    </>
  );
}
