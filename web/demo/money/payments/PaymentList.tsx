/** Deposits and withdrawals that are on their way or came back, and the newest of all, each with what is to be done. */
import { useLocale } from '@furlong/club';
import { useId, useState, type RefObject } from 'react';

import { entryTime, moneyWords } from '../words';
import type { Request } from './asked';
import { isPage, listed, type Payment, standingOf, toneOf } from './payments';
import { paymentInWords } from './paymentWords';

interface PaymentListProps {
  readonly payments: readonly Payment[];
  /** What was asked for and has no answer yet. */
  readonly unanswered: readonly Request[];
  /** Gets the focus when a form is over. */
  readonly title: RefObject<HTMLHeadingElement | null>;
  /** The customer goes on at the processor's page. */
  readonly onLeave: () => void;
}

export function PaymentList({ payments, unanswered, title, onLeave }: PaymentListProps) {
  const id = useId();
  const words = moneyWords(useLocale());
  const shown = listed(payments, unanswered);
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby={id} data-testid="payments">
      <h3 id={id} ref={title} tabIndex={-1}>
        {words.payments.list}
      </h3>
      <ul className="payments" aria-live="polite">
        {shown.map((payment) => (
          <PaymentRow key={payment.id} payment={payment} onLeave={onLeave} />
        ))}
      </ul>
    </section>
  );
}

interface PaymentRowProps extends Pick<PaymentListProps, 'onLeave'> {
  readonly payment: Payment;
}

function PaymentRow({ payment, onLeave }: PaymentRowProps) {
  const locale = useLocale();
  const words = moneyWords(locale);
  const { at, direction, amount, fee, url, instructions } = payment;
  const standing = standingOf(payment);
  return (
    <li className="payment" data-testid="payment" data-standing={standing} data-direction={direction}>
      <div className="payment-head">
        <span className="entry-kind">{words.kinds[direction]}</span>
        <span className="entry-amount">
          <bdi>{locale.money(amount)}</bdi>
        </span>
      </div>
      <p className="entry-facts">
        <span className="payment-state" data-tone={toneOf(standing)} data-testid="payment-state">
          {words.payments.standings[standing].name}
        </span>
        <time dateTime={at}>{entryTime(at, locale)}</time>
        {fee !== null && fee.minor > 0 && <span>{locale.fill(words.payments.ofFee, { fee: locale.money(fee) })}</span>}
      </p>
      <p data-testid="payment-text">{paymentInWords(payment, words)}</p>
      {instructions !== null && <Transfer instructions={instructions} />}
      {url !== null && isPage(url) && (
        <a className="pay-link" href={url} data-testid="continue-to-pay" onClick={onLeave}>
          {words.payments.continue}
        </a>
      )}
    </li>
  );
}

const FACTS = ['holder', 'account', 'reference'] as const;

/** Where a bank transfer goes to, each fact to be copied. */
function Transfer({ instructions }: { readonly instructions: NonNullable<Payment['instructions']> }) {
  const words = moneyWords(useLocale()).payments;
  return (
    <dl className="transfer" data-testid="transfer">
      {FACTS.map((fact) => (
        <div key={fact}>
          <dt>{words.transfer[fact]}</dt>
          <dd>
            <bdi data-testid={`transfer-${fact}`}>{instructions[fact]}</bdi> <Copy what={words.transfer[fact]} text={instructions[fact]} testid={`copy-${fact}`} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface CopyProps {
  readonly what: string;
  readonly text: string;
  readonly testid: string;
}

/** Copies a text, where the browser lets pages do that; else the text can be selected. */
function Copy({ what, text, testid }: CopyProps) {
  const locale = useLocale();
  const words = moneyWords(locale).payments;
  const [isCopied, setCopied] = useState(false);
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) return null;
  return (
    <button
      type="button"
      className="quiet"
      data-testid={testid}
      aria-label={isCopied ? undefined : locale.fill(words.copyThis, { what })}
      onClick={() => void clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false))}
    >
      {isCopied ? words.copied : words.copy}
    </button>
  );
}
