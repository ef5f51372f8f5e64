/** Customers at whom a person has to look, because they have paid in much; each is closed with what was found. */
import { useNotify } from 'react-admin';

import { CustomerLink } from './CustomerLink.tsx';
import { customerId } from './words.ts';
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
import { moment } from '../time/moments.ts';
import { CLOSE_CHECK, FINANCIAL_CHECKS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { WaitingCheck } from '../graph/generated/operations.ts';

const ROWS = 25;

export function FinancialChecks() {
  const { brand } = useBrand();
  return (
    <Page
      title={WORDS.frame.screens.financialChecks}
      about={WORDS.finance.customersWhoseDepositsLess}
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <Checks key={brand} brand={brand} />}
    </Page>
  );
}

function Checks({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages(WORDS.finance.financialChecksInline);
  const { data, problem, reload } = useGraph(FINANCIAL_CHECKS, { brand, first: ROWS, after });
  const mayClose = useMay('finance.check');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label={WORDS.finance.financialChecks}
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing={WORDS.finance.noCheckIsWaiting}
        filledBy={WORDS.finance.customerPassesThreshold}
        columns={[
          { head: WORDS.common.customer, cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: WORDS.finance.paidInLessWithdrawals, cell: ({ netMinor, currency }) => money(netMinor, currency), right: true },
          { head: WORDS.finance.waitingSince, cell: ({ dueAt }) => moment(dueAt, brand) },
          { head: WORDS.common.close, cell: (check) => mayClose && <Close check={check} onSettled={reload} /> },
        ]}
      />
      {buttons(data.page)}
    </>
  );
}

function Close({ check, onSettled }: { readonly check: WaitingCheck; readonly onSettled: () => void }) {
  const notify = useNotify();
  const who = customerId(check.customer);
  return (
    <ChangeButton
      label={WORDS.finance.closeWithAFinding}
      question={WORDS.finance.writeWhatYouFoundAboutWhat({ who })}
      change={(finding) => run(CLOSE_CHECK, { input: { customer: check.customer, dueAt: check.dueAt, finding } })}
      wantsReason
      onDone={() => notify(WORDS.finance.checkIsClosed({ who }), { type: 'success' })}
      onSettled={onSettled}
    />
  );
}
