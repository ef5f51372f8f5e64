/** The form of a deposit or withdrawal: how, how much, what follows from it, and the button that says the deed. */
import { currencySign, useLocale } from '@furlong/club';
import { useId, useState, type SubmitEvent } from 'react';

import { AmountField } from '../AmountField';
import { Choices } from '../breaks/Choices';
import type { Wallet } from '../wallet';
import { momentInWords, moneyWords } from '../words';
import { type Method, mostOf, readPayment, type ReadPayment, roomOf, type Room } from './payments';
import { minorInWords } from './paymentWords';
import { PaymentTerms } from './PaymentTerms';
import type { Paying } from './usePaying';

interface PaymentFormProps {
  readonly methods: readonly Method[];
  readonly method: Method;
  readonly wallet: Wallet;
  readonly now: number;
  readonly paying: Paying;
  readonly onMethod: (id: string) => void;
}

export function PaymentForm({ methods, method, wallet, now, paying, onMethod }: PaymentFormProps) {
  const id = useId();
  const locale = useLocale();
  const words = moneyWords(locale);
  const [typed, setTyped] = useState('');
  const { direction } = method;
  const { currency } = method.minimum;
  const room = direction === 'DEPOSIT' ? roomOf(wallet.limits, currency, now) : null;
  const read = readPayment(typed, method, wallet, room, locale.tag);
  const isReady = read.kind === 'amount' && !paying.isSending && paying.leavingTo === null;
  const isFaulty = read.kind === 'refused' || read.kind === 'outside';

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!isReady) return;
    paying.pay({ direction, methodId: method.id, amountMinor: read.minor, currency });
  }

  return (
    <form className="limit-form" data-testid="payment-form" onSubmit={submit} noValidate>
      <Choices
        title={words.payments.method[direction]}
        testid="payment-method"
        values={methods.map(({ id: each, name }) => [each, name] as const)}
        value={method.id}
        onChoose={onMethod}
      />
      <div className="stake">
        <label htmlFor={id}>{words.amount}</label>
        <AmountField
          id={id}
          testid="payment-amount"
          sign={currencySign(currency, locale.tag)}
          typed={typed}
          isFaulty={isFaulty}
          onType={setTyped}
        />
      </div>
      <p className="limit-effect" id={`${id}-help`} aria-live="polite" data-testid="payment-help">
        {isFaulty ? <span className="fault"><Fault read={read} method={method} wallet={wallet} /></span> : read.kind === 'empty' && words.enterAmount}
      </p>
      <div className="payment-terms" id={`${id}-terms`} data-testid="payment-terms">
        {room !== null && <RoomLeft room={room} method={method} />}
        <PaymentTerms method={method} most={mostOf(method, wallet)} minor={read.kind === 'amount' ? read.minor : null} />
      </div>
      <button type="submit" className="primary" data-testid="pay" aria-disabled={!isReady} aria-describedby={`${id}-help ${id}-terms`}>
        {read.kind === 'amount'
          ? locale.fill(words.payments.deed[direction], { amount: minorInWords(method, read.minor, locale) })
          : words.payments.open[direction]}
      </button>
      <PaymentNotice paying={paying} />
    </form>
  );
}

/** What becomes of the request: it is sent, refused, or the browser goes to the processor's page. */
function PaymentNotice({ paying: { isSending, leavingTo, refused } }: Pick<PaymentFormProps, 'paying'>) {
  const words = moneyWords(useLocale());
  const isLeaving = leavingTo !== null;
  return (
    <>
      <p className="change-notice" role="status" data-testid="payment-notice" data-good={refused === ''}>
        {isSending && words.sending}
        {isLeaving && words.payments.leaving}
        {!isSending && !isLeaving && refused}
      </p>
      {isLeaving && (
        <a className="pay-link" href={leavingTo} data-testid="leave-to-pay">
          {words.payments.continue}
        </a>
      )}
    </>
  );
}

interface FaultProps extends Pick<PaymentFormProps, 'method' | 'wallet'> {
  readonly read: ReadPayment;
}

function Fault({ read, method, wallet }: FaultProps) {
  const locale = useLocale();
  const words = moneyWords(locale).payments;
  if (read.kind !== 'outside') return locale.whyRefused(read, method.minimum.currency);
  const inWords = (minor: number) => minorInWords(method, minor, locale);
  const there = inWords((wallet.withdrawable ?? wallet.balance).minor);
  return locale.fill(words.outside[read.why], { least: inWords(method.minimum.minor), most: inWords(method.maximum.minor), there });
}

function RoomLeft({ room, method }: { readonly room: Room; readonly method: Method }) {
  const locale = useLocale();
  const words = moneyWords(locale).payments;
  const left = minorInWords(method, room.minor, locale);
  return (
    <p data-testid="payment-room">
      {room.until === null ? locale.fill(words.room, { left }) : locale.fill(words.roomUntil, { left, moment: momentInWords(room.until, locale) })}
    </p>
  );
}
