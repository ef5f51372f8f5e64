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

import type { WaitingWithdrawal } from '../graph/generated/operations.ts';

const ROWS = 25;

export function Withdrawals() {
  const { brand } = useBrand();
  return (
    <Page
      title="Withdrawals"
      about="Withdrawals that the rules want a person to look at. The money is set aside: one person proposes to send it or to give it back, another approves. Views of customer data are logged."
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <OfBrand key={brand} brand={brand} />}
    </Page>
  );
}

function OfBrand({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages('withdrawals');
  const { data, problem, reload } = useGraph(WAITING_WITHDRAWALS, { brand, first: ROWS, after });
  const mayPropose = useMay('finance.correct');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label="Withdrawals"
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing="No withdrawal is waiting."
        filledBy="A withdrawal that a person has to look at appears here."
        columns={[
          { head: 'Customer', cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: 'Amount', cell: ({ amountMinor, currency }) => money(amountMinor, currency), right: true },
          { head: 'Way', cell: ({ methodId }) => methodId.split(':')[0] },
          { head: 'Why it waits', cell: ({ review }) => review },
          { head: 'Asked', cell: ({ askedAt }) => moment(askedAt, brand) },
          { head: 'Decide', cell: (withdrawal) => mayPropose && <Decide withdrawal={withdrawal} onSettled={reload} /> },
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
  const asked = `${money(withdrawal.amountMinor, withdrawal.currency)} of ${customerId(withdrawal.customer)}`;
  const propose = (decision: 'APPROVE' | 'REJECT') => (reason: string) => run(DECIDE_WITHDRAWAL, { input: { withdrawal: withdrawal.id, decision, reason } });
  const onDone = () => notify('Submitted for approval', { type: 'success' });
  return (
    <>
      <ChangeButton
        label="Propose to send"
        question={`${asked} is sent once another person of finance approves it, and cannot be called back. Say what you have looked at.`}
        change={propose('APPROVE')}
        wantsReason
        onDone={onDone}
        onSettled={onSettled}
      />
      <ChangeButton
        label="Propose to reject"
        question={`${asked} is the customer’s to use again once another person of finance approves it. Say why it is not sent.`}
        change={propose('REJECT')}
        wantsReason
        onDone={onDone}
        onSettled={onSettled}
      />
    </>
  );
}
