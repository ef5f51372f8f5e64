/** Tells the story of a payment, and lets finance propose to send money of it back. */
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { Link, useParams } from 'react-router-dom';

import { PaymentStory } from './PaymentStories.tsx';
import { RefundButton } from './RefundButton.tsx';
import { paymentName, paymentState } from './story.ts';
import { CustomerLink } from '../finance/CustomerLink.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { FINANCE_PAYMENT } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

export function PaymentPage() {
  const id = decodeURIComponent(useParams<{ id: string }>().id ?? '');
  const { data, problem } = useGraph(FINANCE_PAYMENT, { id });
  const mayPropose = useMay('finance.correct');
  const charges = data?.refundableCharges.filter(({ leftMinor }) => leftMinor > 0) ?? [];
  const actions = (
    <>
      {mayPropose && charges.length > 0 && <RefundButton payment={id} charges={charges} />}
      <Button component={Link} to="/payments" variant="text">
        {WORDS.payments.allPayments}
      </Button>
    </>
  );
  return (
    <Page
      key={id}
      title={data === null ? WORDS.common.payment : paymentName(data.financePayment)}
      about={WORDS.payments.whatHappenedToItAndWhy}
      actions={actions}
      problem={problem}
      waiting={data === null}
    >
      {data !== null && (
        <>
          <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center', marginBottom: 2 }}>
            <ToneChip {...paymentState(data.financePayment.state)} />
            <Typography component="span">
              <CustomerLink customer={data.financePayment.customer} />
            </Typography>
          </Stack>
          <Paper variant="outlined" sx={{ padding: 2.5 }}>
            <PaymentStory payment={data.financePayment} brand={data.financePayment.customer.split(':')[0] ?? ''} />
          </Paper>
        </>
      )}
    </Page>
  );
}
