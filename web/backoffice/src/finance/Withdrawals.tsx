/** Withdrawals that wait for a person: one proposes what becomes of each, another approves it. */
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
import { DECIDE_WITHDRAWAL, WAITING_WITHDRAWALS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { WaitingWithdrawal } from '../graph/generated/operations.ts';

const ROWS = 25;

export function Withdrawals() {
  const { brand } = useBrand();
  return (
    <Page
      title={WORDS.frame.screens.withdrawals}
      about={WORDS.finance.withdrawalsRulesWantPerson}
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <OfBrand key={brand} brand={brand} />}
    </Page>
  );
}

function OfBrand({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages(WORDS.finance.withdrawalsInline);
  const { data, problem, reload } = useGraph(WAITING_WITHDRAWALS, { brand, first: ROWS, after });
  const mayPropose = useMay('finance.correct');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label={WORDS.finance.withdrawals}
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing={WORDS.finance.noWithdrawalIsWaiting}
        filledBy={WORDS.finance.withdrawalPersonLook}
        columns={[
          { head: WORDS.common.customer, cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: WORDS.common.amount, cell: ({ amountMinor, currency }) => money(amountMinor, currency), right: true },
          { head: WORDS.finance.way, cell: ({ methodId }) => methodId.split(':')[0] },
          { head: WORDS.finance.whyItWaits, cell: ({ review }) => review },
          { head: WORDS.finance.asked, cell: ({ askedAt }) => moment(askedAt, brand) },
          { head: WORDS.common.decide, cell: (withdrawal) => mayPropose && <Decide withdrawal={withdrawal} onSettled={reload} /> },
        ]}
      />
      {buttons(data.page)}
    </>
  );
}

interface DecideProps {
  readonly withdrawal: WaitingWithdrawal;
  readonly onSettled: () => void;
}

function Decide({ withdrawal, onSettled }: DecideProps) {
  const notify = useNotify();
  const asked = WORDS.finance.amountOfCustomer({ amount: money(withdrawal.amountMinor, withdrawal.currency), customer: customerId(withdrawal.customer) });
  const propose = (decision: 'APPROVE' | 'REJECT') => (reason: string) => run(DECIDE_WITHDRAWAL, { input: { withdrawal: withdrawal.id, decision, reason } });
  const onDone = () => notify(WORDS.common.submittedForApproval, { type: 'success' });
  return (
    <>
      <ChangeButton
        label={WORDS.finance.proposeToSend}
        question={WORDS.finance.sentOnceAnotherPerson({ asked })}
        change={propose('APPROVE')}
        wantsReason
        onDone={onDone}
        onSettled={onSettled}
      />
      <ChangeButton
        label={WORDS.finance.proposeToReject}
        question={WORDS.finance.customersUseAgainOnce({ asked })}
        change={propose('REJECT')}
        wantsReason
        onDone={onDone}
        onSettled={onSettled}
      />
    </>
  );
}
