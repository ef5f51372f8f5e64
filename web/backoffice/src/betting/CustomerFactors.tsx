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

const ROWS = 25;

export function CustomerFactors() {
  const { brand } = useBrand();
  return (
    <Page
      title="Customers’ stakes"
      about="Customers who may stake a part of what others may: of each limit, and of the brand’s maximum. Views of customer data are logged."
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <OfBrand key={brand} brand={brand} />}
    </Page>
  );
}

function OfBrand({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages('customers');
  const { data, problem, reload } = useGraph(CUSTOMER_FACTORS, { brand, first: ROWS, after });
  const mayTrade = useMay('betting.trade');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      {mayTrade && <FactorButton brand={brand} onSettled={reload} />}
      <DataRows
        label="Customers"
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing="All customers may stake the same."
        filledBy="A customer whom you let stake less appears here within seconds. With 100 % they leave the list."
        columns={[
          { head: 'Customer', cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: 'Part (%)', cell: ({ factorMilli }) => percent(factorMilli), right: true },
          { head: 'Why', cell: ({ reason }) => reason },
          { head: 'Who', cell: ({ decidedBy }) => decidedBy },
          { head: 'When', cell: ({ decidedAt }) => moment(decidedAt, brand) },
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
    notify('Decided: it holds within seconds', { type: 'success' });
    onSettled();
  }

  return (
    <>
      <Button variant="contained" sx={{ justifySelf: 'start', marginBottom: 2 }} onClick={() => setOpen(true)}>
        Limit a customer
      </Button>
      <FormDialog title="Limit a customer" label={milli === null ? 'Limit' : `Limit to ${percent(milli)} %`} open={open} disabled={milli === null} onClose={() => setOpen(false)} onSubmit={submit}>
        <TextField label="Customer" value={id} onChange={(event) => setId(event.target.value)} helperText="The whole id, such as c-1003." margin="normal" fullWidth required />
        <TextField
          label="Part of what others may stake (%)"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          error={problem !== ''}
          helperText={problem || '0 takes no bets of theirs, 100 ends the limit.'}
          margin="normal"
          fullWidth
          required
        />
        <TextField label="Reason" value={reason} onChange={(event) => setReason(event.target.value)} helperText="It is kept in the audit log." margin="normal" fullWidth required multiline />
      </FormDialog>
    </>
  );
}
