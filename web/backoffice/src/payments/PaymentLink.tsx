/** Leads to the story of a payment. */
import Link from '@mui/material/Link';
import { Link as RouterLink } from 'react-router-dom';

export function PaymentLink({ payment }: { readonly payment: string }) {
  return (
    <Link component={RouterLink} to={`/payments/${encodeURIComponent(payment)}/show`}>
      Story
    </Link>
  );
}
