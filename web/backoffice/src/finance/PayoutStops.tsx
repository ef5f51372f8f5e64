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
import { WORDS } from '../words/index.ts';
import { Filled } from '../words/Filled.tsx';

const KIND = 'finance.release';

function currencyName(currency: string): string {
  return currency === '' ? WORDS.common.allCurrencies : currency;
}

export function PayoutStops() {
  const { data, problem, reload } = useGraph(PAYOUT_STOPS, {});
  const mayPropose = useMay(forAllBrands('finance.correct'));
  const stops = data?.financeHolds ?? [];
  return (
    <Page
      title={WORDS.frame.screens.payoutStops}
      about={WORDS.finance.whereCloseDayDiffers}
      problem={problem}
      waiting={data === null}
    >
      {stops.length > 0 && <ReleasesWaiting />}
      <DataRows
        label={WORDS.common.payoutStops}
        rows={stops}
        id={({ id }) => id}
        nothing={WORDS.finance.allPayoutsGoOn}
        filledBy={WORDS.finance.currencyWhoseDayDiffers}
        columns={[
          { head: WORDS.common.currency, cell: ({ currency }) => <ToneChip tone="bad" label={currencyName(currency)} /> },
          { head: WORDS.common.since, cell: ({ heldAt }) => moment(heldAt, null) },
          { head: WORDS.common.why, cell: ({ day, differences }) => WORDS.finance.closeHasDifferences({ differences, day: dayOf(day) }) },
          { head: WORDS.finance.letGoOn, cell: ({ currency }) => (mayPropose ? <LetGoOn currency={currency} onSettled={reload} /> : WORDS.finance.needsFinanceOfAllBrands) },
        ]}
      />
    </Page>
  );
}

function LetGoOn({ currency, onSettled }: { readonly currency: string; readonly onSettled: () => void }) {
  const notify = useNotify();
  const name = currency === '' ? WORDS.common.allCurrenciesInline : currency;
  return (
    <ChangeButton
      label={WORDS.finance.proposePayoutsIn({ name })}
      question={WORDS.finance.payoutsGoOnceAnotherPerson({ name })}
      change={(reason) => run(RELEASE_PAYOUTS, { input: { currency, reason } })}
      wantsReason
      onDone={() => notify(WORDS.common.submittedForApproval, { type: 'success' })}
      onSettled={onSettled}
    />
  );
}

function ReleasesWaiting() {
  const { data } = useGraph(RELEASES_WAITING, useMay('approvals.read') ? {} : null);
  return data?.approvals.nodes.map(({ id, content, visible }) => (
    <Alert key={id} severity="info" role="note" sx={{ marginBottom: 2 }}>
      <Filled
        say={WORDS.finance.proposedWaitingAnother}
        values={{ proposal: <Link to={`/approvals/${encodeURIComponent(id)}/show`}>{titleOf({ kind: KIND, brand: null, content, visible })}</Link> }}
      />
    </Alert>
  ));
}
