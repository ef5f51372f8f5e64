/** Payments, each with what has happened to it and why, the earliest first. */
import Accordion from '@mui/material/Accordion';
import AccordionDetails from '@mui/material/AccordionDetails';
import AccordionSummary from '@mui/material/AccordionSummary';
import Box from '@mui/material/Box';
import ExpandMore from '@mui/icons-material/ExpandMore';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';

import { paymentName, paymentState, toldLine } from './story.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { moment } from '../time/moments.ts';
import { WORDS } from '../words/index.ts';

import type { ToldLine } from './story.ts';
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
  return (
    <>
      <Stack component="ol" spacing={1} aria-label={WORDS.payments.whatHappenedToThePayment({ id: payment.id })} sx={{ listStyle: 'none', padding: 0, margin: 0, marginBottom: 2 }}>
        {payment.story.map((line, place) => (
          <Line key={`${place}`} line={toldLine(line, payment.currency)} at={moment(line.at, brand)} />
        ))}
      </Stack>
      <Typography variant="body2" color="textSecondary">
        {WORDS.payments.payment({ id: payment.id })}
      </Typography>
    </>
  );
}

function Line({ line: { what, why }, at }: { readonly line: ToldLine; readonly at: string }) {
  return (
    <Box component="li" sx={{ display: 'grid', gridTemplateColumns: { xs: 'minmax(0, 1fr)', sm: '15rem minmax(0, 1fr)' }, columnGap: 2, overflowWrap: 'anywhere' }}>
      <Typography variant="body2" color="textSecondary">
        {at}
      </Typography>
      <Box>
        <Typography variant="body2">{what}</Typography>
        {why !== '' && (
          <Typography variant="body2" color="textSecondary">
            {why}
          </Typography>
        )}
      </Box>
    </Box>
  );
}
