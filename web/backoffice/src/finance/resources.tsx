/** The screens of finance, each shown to those who may read it. */
import { Resource } from 'react-admin';

import { Corrections } from './Corrections.tsx';
import { Days } from './Days.tsx';
import { FinancialChecks } from './FinancialChecks.tsx';
import { PaymentCases } from './PaymentCases.tsx';
import { PayoutStops } from './PayoutStops.tsx';
import { Withdrawals } from './Withdrawals.tsx';
import { ComparedDays } from '../payments/ComparedDays.tsx';
import { PaymentList } from '../payments/PaymentList.tsx';
import { PaymentPage } from '../payments/PaymentPage.tsx';
import { Processors } from '../payments/Processors.tsx';
import { Refunds } from '../payments/Refunds.tsx';
import { forAllBrands } from '../session/permissions.ts';

/** Return the resources; a function and no component, because react-admin reads the elements themselves. */
export function financeResources(may: ReadonlySet<string>) {
  if (!may.has('finance.read')) return null;
  return (
    <>
      {may.has(forAllBrands('finance.read')) && <Resource name="days" list={Days} options={{ label: 'Days' }} />}
      <Resource name="payoutStops" list={PayoutStops} options={{ label: 'Payout stops' }} />
      <Resource name="withdrawals" list={Withdrawals} options={{ label: 'Withdrawals' }} />
      <Resource name="payments" list={PaymentList} show={PaymentPage} options={{ label: 'Payments' }} />
      <Resource name="refunds" list={Refunds} options={{ label: 'Refunds' }} />
      <Resource name="paymentCases" list={PaymentCases} options={{ label: 'Payment differences' }} />
      <Resource name="comparedDays" list={ComparedDays} options={{ label: 'Compared days' }} />
      <Resource name="paymentProcessors" list={Processors} options={{ label: 'Payment processors' }} />
      <Resource name="corrections" list={Corrections} options={{ label: 'Corrections' }} />
      <Resource name="financialChecks" list={FinancialChecks} options={{ label: 'Financial checks' }} />
    </>
  );
}
