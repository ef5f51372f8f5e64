/** Currencies that pay out nothing, because a day differed; two people let them go on. */
import Alert from '@mui/material/Alert';
import { Link } from 'react-router-dom';
import { useNotify } from 'react-admin';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { run } from '../graph/graph.ts';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { titleOf } from '../people/approvals/kinds.ts';
import { forAllBrands } from '../session/permissions.ts';
import { dayOf, moment } from '../time/moments.ts';
import { PAYOUT_STOPS, RELEASE_PAYOUTS, RELEASES_WAITING } from '../graph/generated/operations.ts';

const KIND = 'finance.release';

function currencyName(currency: string): string {
  return currency === '' ? 'All currencies' : currency;
}

export function PayoutStops() {
  const { data, problem, reload } = useGraph(PAYOUT_STOPS, {});
  const mayPropose = useMay(forAllBrands('finance.correct'));
  const stops = data?.financeHolds ?? [];
  return (
    <Page
      title="Payout stops"
      about="Where the close of a day differs, its currency pays out nothing until two people say so: one proposes, another approves. Deposits, bets and wins go on."
      problem={problem}
      waiting={data === null}
    >
      {stops.length > 0 && <ReleasesWaiting />}
      <DataRows
        label="Payout stops"
        rows={stops}
        id={({ id }) => id}
        nothing="All payouts go on."
        filledBy="A currency whose day differs appears here, with what to do about it."
        columns={[
          { head: 'Currency', cell: ({ currency }) => <ToneChip tone="bad" label={currencyName(currency)} /> },
          { head: 'Since', cell: ({ heldAt }) => moment(heldAt, null) },
          { head: 'Why', cell: ({ day, differences }) => `The close of ${dayOf(day)} has ${differences === 1 ? '1 difference' : `${differences} differences`}` },
          { head: 'Let go on', cell: ({ currency }) => (mayPropose ? <LetGoOn currency={currency} onSettled={reload} /> : 'Needs finance of all brands') },
        ]}
      />
    </Page>
  );
}

function LetGoOn({ currency, onSettled }: { readonly currency: string; readonly onSettled: () => void }) {
  const notify = useNotify();
  const name = currency === '' ? 'all currencies' : currency;
  return (
    <ChangeButton
      label={`Propose payouts in ${name}`}
      question={`Payouts in ${name} go on once another person of finance approves it, those that waited first. A later day has to be closed without a difference before. Say what the difference was, and how it was explained.`}
      change={(reason) => run(RELEASE_PAYOUTS, { input: { currency, reason } })}
      wantsReason
      onDone={() => notify('Submitted for approval', { type: 'success' })}
      onSettled={onSettled}
    />
  );
}

function ReleasesWaiting() {
  const { data } = useGraph(RELEASES_WAITING, useMay('approvals.read') ? {} : null);
  return data?.approvals.nodes.map(({ id, content, visible }) => (
    <Alert key={id} severity="info" role="note" sx={{ marginBottom: 2 }}>
      <Link to={`/approvals/${encodeURIComponent(id)}/show`}>{titleOf({ kind: KIND, brand: null, content, visible })}</Link>: proposed, and waiting for
      another person of finance.
    </Alert>
  ));
}
