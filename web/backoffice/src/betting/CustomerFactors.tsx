/** Customers who may stake less than others, and the button that says so of one. */
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { percent, typedPart } from './words.ts';
import { FormDialog } from '../components/FormDialog.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { usePages } from '../events/usePages.tsx';
import { CustomerLink } from '../finance/CustomerLink.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { run } from '../graph/graph.ts';
import { useGraph } from '../graph/useGraph.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { moment } from '../time/moments.ts';
import { CUSTOMER_FACTORS, SET_CUSTOMER_FACTOR } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

const ROWS = 25;

export function CustomerFactors() {
  const { brand } = useBrand();
  return (
    <Page
      title={WORDS.frame.screens.customerFactors}
      about={WORDS.betting.customersMayStakePartWhat}
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <OfBrand key={brand} brand={brand} />}
    </Page>
  );
}

function OfBrand({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages(WORDS.betting.customers);
  const { data, problem, reload } = useGraph(CUSTOMER_FACTORS, { brand, first: ROWS, after });
  const mayTrade = useMay('betting.trade');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      {mayTrade && <FactorButton brand={brand} onSettled={reload} />}
      <DataRows
        label={WORDS.common.customers}
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing={WORDS.betting.allCustomersMayStakeTheSame}
        filledBy={WORDS.betting.customerWhomYouLetStake}
        columns={[
          { head: WORDS.common.customer, cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: WORDS.betting.part, cell: ({ factorMilli }) => percent(factorMilli), right: true },
          { head: WORDS.common.why, cell: ({ reason }) => reason },
          { head: WORDS.common.who, cell: ({ decidedBy }) => decidedBy },
          { head: WORDS.common.when, cell: ({ decidedAt }) => moment(decidedAt, brand) },
        ]}
      />
      {buttons(data.page)}
    </>
  );
}

function FactorButton({ brand, onSettled }: { readonly brand: string; readonly onSettled: () => void }) {
  const [open, setOpen] = useState(false);
  const [id, setId] = useState('');
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const notify = useNotify();
  const { milli, problem } = typedPart(typed);

  async function submit() {
    if (milli === null) return;
    await run(SET_CUSTOMER_FACTOR, { input: { customer: `${brand}:${id.trim()}`, factorMilli: milli, reason } });
    setOpen(false);
    notify(WORDS.betting.decidedHoldsWithinSeconds, { type: 'success' });
    onSettled();
  }

  return (
    <>
      <Button variant="contained" sx={{ justifySelf: 'start', marginBottom: 2 }} onClick={() => setOpen(true)}>
        {WORDS.betting.limitACustomer}
      </Button>
      <FormDialog title={WORDS.betting.limitACustomer} label={milli === null ? WORDS.common.limit : WORDS.betting.limitTo({ milli: percent(milli) })} open={open} disabled={milli === null} onClose={() => setOpen(false)} onSubmit={submit}>
        <TextField label={WORDS.common.customer} value={id} onChange={(event) => setId(event.target.value)} helperText={WORDS.betting.wholeId} margin="normal" fullWidth required />
        <TextField
          label={WORDS.betting.partOfWhatOthersMayStake}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          error={problem !== ''}
          helperText={problem || WORDS.betting.zeroTakesNoBets}
          margin="normal"
          fullWidth
          required
        />
        <TextField label={WORDS.common.reason} value={reason} onChange={(event) => setReason(event.target.value)} helperText={WORDS.common.keptInTheAuditLog} margin="normal" fullWidth required multiline />
      </FormDialog>
    </>
  );
}
