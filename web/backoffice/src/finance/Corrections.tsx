/** Corrections of customers' money that two people decided, and the button that proposes one. */
import Typography from '@mui/material/Typography';

import { CorrectButton } from './CorrectButton.tsx';
import { CustomerLink } from './CustomerLink.tsx';
import { signed, stateOfCorrection } from './words.ts';
import { usePages } from '../events/usePages.tsx';
import { Waiting } from '../components/Waiting.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { moment } from '../time/moments.ts';
import { FINANCE_CORRECTIONS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { DecidedCorrection } from '../graph/generated/operations.ts';

const ROWS = 25;

export function Corrections() {
  const { brand } = useBrand();
  const mayPropose = useMay('finance.correct');
  return (
    <Page
      title={WORDS.frame.screens.corrections}
      about={WORDS.finance.moneyTwoPeopleMovedBetween}
      actions={mayPropose && brand !== null && <CorrectButton key={brand} brand={brand} />}
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <Decided key={brand} brand={brand} />}
    </Page>
  );
}

function Decided({ brand }: { readonly brand: string }) {
  const { after, buttons } = usePages(WORDS.finance.correctionsInline);
  const { data, problem } = useGraph(FINANCE_CORRECTIONS, { brand, first: ROWS, after });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  return (
    <>
      <DataRows
        label={WORDS.finance.corrections}
        rows={data.page.nodes}
        id={({ id }) => id}
        nothing={WORDS.finance.thereAreNoCorrectionsYet}
        filledBy={WORDS.finance.correctionAppearsHereOnce}
        columns={[
          { head: WORDS.common.customer, cell: ({ customer }) => <CustomerLink customer={customer} /> },
          { head: WORDS.common.amount, cell: ({ amountMinor, currency }) => signed(amountMinor, currency), right: true },
          { head: WORDS.common.account, cell: ({ credit }) => (credit === '' ? WORDS.common.cash : WORDS.common.credit({ credit })) },
          { head: WORDS.common.state, cell: (row) => <State of={row} /> },
          { head: WORDS.common.why, cell: ({ reason }) => reason },
          { head: WORDS.common.who, cell: ({ proposedBy, approvedBy }) => WORDS.finance.approvedBy({ proposedBy, approvedBy }) },
          { head: WORDS.common.when, cell: ({ decidedAt }) => moment(decidedAt, brand) },
        ]}
      />
      {buttons(data.page)}
    </>
  );
}

function State({ of }: { readonly of: DecidedCorrection }) {
  const { tone, label, why } = stateOfCorrection(of);
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
