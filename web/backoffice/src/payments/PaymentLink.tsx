/** Leads to the story of a payment. */
import Link from '@mui/material/Link';
import { Link as RouterLink } from 'react-router-dom';

import { WORDS } from '../words/index.ts';

export function PaymentLink({ payment }: { readonly payment: string }) {
  return (
    <Link component={RouterLink} to={`/payments/${encodeURIComponent(payment)}/show`}>
      {WORDS.payments.story}
    </Link>
  );
}
