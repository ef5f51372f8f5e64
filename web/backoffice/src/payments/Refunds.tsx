/** Refunds of deposits that two people decided, and what became of each. */
import Typography from '@mui/material/Typography';

import { PaymentLink } from './PaymentLink.tsx';
import { stateOfRefund } from './refunds.ts';
import { Waiting } from '../components/Waiting.tsx';
import { usePages } from '../events/usePages.tsx';
import { CustomerLink } from '../finance/CustomerLink.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { money } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { Page } from '../operations/page/Page.tsx';
import { moment } from '../time/moments.ts';
import { FINANCE_REFUNDS } from '../graph/generated/operations.ts';

import type { DecidedRefund } from '../graph/generated/operations.ts';

const ROWS = 25;

export function Refunds() {
  const { brand } = useBrand();
  return (
    <Page
      title="Refunds"
      about="Money of deposits that two people decided to send back to its source. Propose one at its payment. Views of customer data are logged."
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <Decided key={brand} brand={brand} />}
    </Page>
  );
}

function Decided({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages('refunds');
  const { data, problem } = useGraph(FINANCE_REFUNDS, { brand, first: ROWS, after });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label="Refunds"
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing="There are no refunds yet."
        filledBy="A refund appears here once a second person has approved it. Until then it is among the approvals."
        columns={[
          { head: 'Customer', cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: 'Amount', cell: ({ amountMinor, currency }) => money(amountMinor, currency), right: true },
          { head: 'State', cell: (row) => <State of={row} /> },
          { head: 'Why', cell: ({ reason }) => reason },
          { head: 'Who', cell: ({ decidedBy }) => decidedBy },
          { head: 'When', cell: ({ decidedAt }) => moment(decidedAt, brand) },
          { head: 'Deposit', cell: ({ paymentId }) => <PaymentLink payment={paymentId} /> },
        ]}
      />
      {buttons(data.page)}
    </>
  );
}

function State({ of }: { readonly of: DecidedRefund }) {
  const { tone, label, why } = stateOfRefund(of);
  return (
    <>
      <ToneChip tone={tone} label={label} />
      {why !== '' && (
        <Typography variant="body2" color="textSecondary">
          {why}
        </Typography>
      )}
    </>
  );
}
