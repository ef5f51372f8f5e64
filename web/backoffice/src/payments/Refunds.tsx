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
import { WORDS } from '../words/index.ts';

import type { DecidedRefund } from '../graph/generated/operations.ts';

const ROWS = 25;

export function Refunds() {
  const { brand } = useBrand();
  return (
    <Page
      title={WORDS.frame.screens.refunds}
      about={WORDS.payments.moneyDepositsTwoPeople}
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <Decided key={brand} brand={brand} />}
    </Page>
  );
}

function Decided({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages(WORDS.payments.refundsInline);
  const { data, problem } = useGraph(FINANCE_REFUNDS, { brand, first: ROWS, after });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label={WORDS.payments.refunds}
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing={WORDS.payments.thereAreNoRefundsYet}
        filledBy={WORDS.payments.refundAppearsHereOnce}
        columns={[
          { head: WORDS.common.customer, cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: WORDS.common.amount, cell: ({ amountMinor, currency }) => money(amountMinor, currency), right: true },
          { head: WORDS.common.state, cell: (row) => <State of={row} /> },
          { head: WORDS.common.why, cell: ({ reason }) => reason },
          { head: WORDS.common.who, cell: ({ decidedBy }) => decidedBy },
          { head: WORDS.common.when, cell: ({ decidedAt }) => moment(decidedAt, brand) },
          { head: WORDS.payments.deposit, cell: ({ paymentId }) => <PaymentLink payment={paymentId} /> },
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
