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
import { WORDS } from '../words/index.ts';

import type { OpenCase } from '../graph/generated/operations.ts';

const ROWS = 25;

export function PaymentCases() {
  const { brand } = useBrand();
  return (
    <Page
      title={WORDS.frame.screens.paymentCases}
      about={WORDS.finance.whatProcessorsReportWeDo}
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <OfBrand key={brand} brand={brand} />}
    </Page>
  );
}

function OfBrand({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages(WORDS.finance.paymentDifferences);
  const { data, problem, reload } = useGraph(PAYMENT_CASES, { brand, first: ROWS, after });
  const mayClose = useMay('finance.check');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label={WORDS.common.paymentDifferences}
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing={WORDS.common.nothingDiffers}
        filledBy={WORDS.finance.whatReportWebhookPayment}
        columns={[
          { head: WORDS.common.what, cell: ({ kind }) => caseName(kind) },
          { head: WORDS.common.processor, cell: ({ processor }) => processor },
          { head: WORDS.common.amount, cell: ({ amountMinor, currency }) => (currency === '' ? '' : money(amountMinor, currency)), right: true },
          { head: WORDS.finance.known, cell: ({ details, currency }) => details.map((detail) => detailLine(detail, currency)).join('; ') },
          { head: WORDS.common.payment, cell: ({ paymentId }) => (paymentId === '' ? '–' : <PaymentLink payment={paymentId} />) },
          { head: WORDS.common.since, cell: ({ openedAt }) => moment(openedAt, brand) },
          { head: WORDS.common.close, cell: (open) => mayClose && <Close open={open} onSettled={reload} /> },
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
      label={WORDS.finance.closeWithAFinding}
      question={WORDS.finance.writeWhatYouFoundHowPut}
      change={(finding) => run(CLOSE_CASE, { input: { case: open.id, finding } })}
      wantsReason
      onDone={() => notify(WORDS.finance.closedLeavesListWithin, { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
