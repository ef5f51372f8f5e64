/** Payments, each with what has happened to it and why, the earliest first. */
import Accordion from '@mui/material/Accordion';
import AccordionDetails from '@mui/material/AccordionDetails';
import AccordionSummary from '@mui/material/AccordionSummary';
import ExpandMore from '@mui/icons-material/ExpandMore';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';

import { paymentName, paymentState, toldLine } from './story.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { DataRows } from '../operations/page/DataRows.tsx';
import { moment } from '../time/moments.ts';

import type { ToldPayment } from '../graph/generated/operations.ts';

interface Props {
  readonly payments: readonly ToldPayment[];
  readonly brand: string;
}

export function PaymentStories({ payments, brand }: Props) {
  return payments.map((payment, place) => (
    <Accordion
      key={payment.id}
      variant="outlined"
      disableGutters
      defaultExpanded={place === 0}
      slotProps={{ heading: { component: 'h4' }, transition: { unmountOnExit: true } }}
    >
      <AccordionSummary expandIcon={<ExpandMore />}>
        <Stack component="span" direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
          <Typography component="span" sx={{ fontWeight: 600 }}>
            {paymentName(payment)}
          </Typography>
          <ToneChip {...paymentState(payment.state)} />
          <Typography component="span" color="textSecondary">
            {moment(payment.askedAt, brand)}
          </Typography>
        </Stack>
      </AccordionSummary>
      <AccordionDetails>
        <PaymentStory payment={payment} brand={brand} />
      </AccordionDetails>
    </Accordion>
  ));
}

export function PaymentStory({ payment, brand }: { readonly payment: ToldPayment; readonly brand: string }) {
  const lines = payment.story.map((line, place) => ({ ...toldLine(line, payment.currency), at: line.at, id: `${place}` }));
  return (
    <>
      <DataRows
        label={`What happened to the payment ${payment.id}`}
        rows={lines}
        id={({ id }) => id}
        nothing="Nothing has happened yet."
        columns={[
          { head: 'When', cell: ({ at }) => moment(at, brand) },
          { head: 'What happened', cell: ({ what }) => what },
          { head: 'Why', cell: ({ why }) => why || '–' },
        ]}
      />
      <Typography variant="body2" color="textSecondary">
        Payment {payment.id}
      </Typography>
    </>
  );
}
