/** What does not fit of payments: each case waits for a person, and is closed with what was found. */
import { useNotify } from 'react-admin';

import { caseName, detailLine } from './words.ts';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { usePages } from '../events/usePages.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { run } from '../graph/graph.ts';
import { useGraph } from '../graph/useGraph.ts';
import { money } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { PaymentLink } from '../payments/PaymentLink.tsx';
import { moment } from '../time/moments.ts';
import { CLOSE_CASE, PAYMENT_CASES } from '../graph/generated/operations.ts';

import type { OpenCase } from '../graph/generated/operations.ts';

const ROWS = 25;

export function PaymentCases() {
  const { brand } = useBrand();
  return (
    <Page
      title="Payment differences"
      about="What processors report and we do not know, or the other way round, and what could not be done. Nothing is corrected by itself: find out, put it right, and write down what you found."
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <OfBrand key={brand} brand={brand} />}
    </Page>
  );
}

function OfBrand({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages('payment differences');
  const { data, problem, reload } = useGraph(PAYMENT_CASES, { brand, first: ROWS, after });
  const mayClose = useMay('finance.check');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label="Payment differences"
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing="Nothing differs."
        filledBy="What a report, a webhook or a payment shows otherwise than we know it appears here."
        columns={[
          { head: 'What', cell: ({ kind }) => caseName(kind) },
          { head: 'Processor', cell: ({ processor }) => processor },
          { head: 'Amount', cell: ({ amountMinor, currency }) => (currency === '' ? '' : money(amountMinor, currency)), right: true },
          { head: 'Known', cell: ({ details, currency }) => details.map((detail) => detailLine(detail, currency)).join('; ') },
          { head: 'Payment', cell: ({ paymentId }) => (paymentId === '' ? '–' : <PaymentLink payment={paymentId} />) },
          { head: 'Since', cell: ({ openedAt }) => moment(openedAt, brand) },
          { head: 'Close', cell: (open) => mayClose && <Close open={open} onSettled={reload} /> },
        ]}
      />
      {buttons(data.page)}
    </>
  );
}

function Close({ open, onSettled }: { readonly open: OpenCase; readonly onSettled: () => void }) {
  const notify = useNotify();
  return (
    <ChangeButton
      label="Close with a finding"
      question="Write what you found, and how it was put right. It is kept, and cannot be changed."
      change={(finding) => run(CLOSE_CASE, { input: { case: open.id, finding } })}
      wantsReason
      onDone={() => notify('Closed. It leaves the list within seconds.', { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
