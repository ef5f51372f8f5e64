/** A customer's balance, credits, limits and breaks, and what has happened to the money; read when support asks for it. */
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { kindName, limitInWords, limitName, raiseInWords, stateName, whyAndNext } from './money.ts';
import { Waiting } from '../components/Waiting.tsx';
import { usePages } from '../events/usePages.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { money, word } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { moment } from '../time/moments.ts';
import { CUSTOMER_MONEY, CUSTOMER_TRANSACTIONS } from '../graph/generated/operations.ts';

interface Props {
  readonly id: string;
  readonly brand: string;
}

const ROWS = 25;

export function MoneyCard({ id, brand }: Props) {
  const [shown, setShown] = useState(false);
  if (!shown) {
    return (
      <Button variant="outlined" onClick={() => setShown(true)} sx={{ alignSelf: 'start' }}>
        Show balance, limits and transactions
      </Button>
    );
  }
  return (
    <Stack spacing={1}>
      <Standing id={id} brand={brand} />
      <Heading>Transactions</Heading>
      <Transactions id={id} brand={brand} />
    </Stack>
  );
}

function Heading({ children }: { readonly children: string }) {
  return (
    <Typography component="h3" variant="subtitle1">
      {children}
    </Typography>
  );
}

function Standing({ id, brand }: Props) {
  const { data, problem } = useGraph(CUSTOMER_MONEY, { customer: id });
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  const at = (instant: string) => moment(instant, brand);
  return (
    <>
      <Heading>Balance and credits</Heading>
      <DataRows
        label="Balance and credits"
        rows={data.customerMoney.accounts}
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
        rows={data.customerMoney.limits}
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
