/** What a customer knows before they press the button: bounds, fee, what arrives, how long, and who looks first. */
import { useLocale } from '@furlong/club';
import type { ReactNode } from 'react';

import { moneyWords } from '../words';
import { feeOf, type Method, reviewOf } from './payments';
import { feeInWords, minorInWords, takesInWords } from './paymentWords';

interface PaymentTermsProps {
  readonly method: Method;
  /** The greatest amount now, in minor units. */
  readonly most: number;
  /** What would be paid; null while it is not known. */
  readonly minor: number | null;
}

export function PaymentTerms({ method, most, minor }: PaymentTermsProps) {
  const locale = useLocale();
  const words = moneyWords(locale).payments;
  const inWords = (value: number) => minorInWords(method, value, locale);
  const { direction, minimum, maximum, maximumReason, reviewedAbove } = method;
  const review = reviewOf(method, minor);
  const rule = feeInWords(method, locale);
  const fee = minor === null ? rule : inWords(feeOf(method, minor));
  return (
    <>
      <dl className="amounts">
        {most >= minimum.minor && (
          <Term name={words.bounds}>{locale.fill(words.boundsOf, { least: inWords(minimum.minor), most: inWords(most) })}</Term>
        )}
        <Term name={words.fee}>{rule === null || fee === null ? words.noFee : locale.fill(words.feeOf, { fee })}</Term>
        {minor !== null && <Term name={words.arrives[direction]}>{inWords(minor - feeOf(method, minor))}</Term>}
        <Term name={words.takes}>{takesInWords(method, locale)}</Term>
      </dl>
      {maximumReason === 'OTHER_METHODS' && (
        <p data-testid="payment-maximum">{locale.fill(words.outside['others-first'], { most: inWords(maximum.minor) })}</p>
      )}
      {review !== null && (
        <p data-testid="payment-review">
          {locale.fill(words.review[review], { amount: reviewedAbove === null ? '' : locale.money(reviewedAbove) })}
        </p>
      )}
      <p>{direction === 'DEPOSIT' ? words.elsewhere : words.cannotUndo}</p>
    </>
  );
}

function Term({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}
