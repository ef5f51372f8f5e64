/** A customer's id, which links to their page for those who may open it. */
import { Link } from 'react-router-dom';

import { customerId } from './words.ts';
import { useMay } from '../operations/page/may.ts';

/** @param customer brand and customer, such as `northbet:c-1003` */
export function CustomerLink({ customer }: { readonly customer: string }) {
  const name = customerId(customer);
  return useMay('support.read') ? <Link to={`/customers/${encodeURIComponent(customer)}/show`}>{name}</Link> : name;
}
