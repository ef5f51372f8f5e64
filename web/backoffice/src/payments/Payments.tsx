/** Finds a payment by its id, tells its story, and lets finance propose to send money of it back. */
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';

import { PaymentStory } from './PaymentStories.tsx';
import { RefundButton } from './RefundButton.tsx';
import { paymentName, paymentState } from './story.ts';
import { Waiting } from '../components/Waiting.tsx';
import { CustomerLink } from '../finance/CustomerLink.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { EmptyState } from '../look/EmptyState.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { FINANCE_PAYMENT } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { SubmitEvent } from 'react';

export function Payments() {
  const [address, setAddress] = useSearchParams();
  const id = address.get('id') ?? '';
  const [typed, setTyped] = useState(id);

  function find(event: SubmitEvent) {
    event.preventDefault();
    setAddress((before) => {
      before.set('id', typed.trim());
      return before;
    });
  }

  return (
    <Page title={WORDS.frame.screens.payments} about={WORDS.payments.whatHappenedDeposit}>
      <Stack component="form" direction="row" spacing={1} useFlexGap onSubmit={find} sx={{ flexWrap: 'wrap', alignItems: 'center', marginBottom: 2 }}>
        <TextField
          label={WORDS.common.payment}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          helperText={WORDS.payments.wholeIdProcessorReport}
          size="small"
          required
          sx={{ flex: '1 1 18rem', maxWidth: '32rem' }}
        />
        <Button type="submit" variant="outlined">
          {WORDS.common.find}
        </Button>
      </Stack>
      {id === '' ? <EmptyState why={WORDS.payments.noPaymentIsShown} filledBy={WORDS.payments.typeIdPaymentOpenOneFrom} /> : <Found key={id} id={id} />}
    </Page>
  );
}

function Found({ id }: { readonly id: string }) {
  const { data, problem } = useGraph(FINANCE_PAYMENT, { id });
  const mayPropose = useMay('finance.correct');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  const { financePayment: payment, refundableCharges } = data;
  const [brand = ''] = payment.customer.split(':');
  const charges = refundableCharges.filter(({ leftMinor }) => leftMinor > 0);
  return (
    <>
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center', marginBottom: 2 }}>
        <Typography component="h3" variant="h6">
          {paymentName(payment)}
        </Typography>
        <ToneChip {...paymentState(payment.state)} />
        <Typography component="span" sx={{ flex: '1 1 auto' }}>
          <CustomerLink customer={payment.customer} />
        </Typography>
        {mayPropose && charges.length > 0 && <RefundButton payment={payment.id} charges={charges} />}
      </Stack>
      <Paper variant="outlined" sx={{ padding: 2.5 }}>
        <PaymentStory payment={payment} brand={brand} />
      </Paper>
    </>
  );
}
