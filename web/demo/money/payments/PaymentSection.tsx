/** What belongs to one direction: the form, or what has to be done or known before it. */
import { useLocale } from '@furlong/club';
import { useId, useState } from 'react';

import { stopsOf } from '../breaks/breaks';
import { stopInWords } from '../breaks/stopInWords';
import type { Part } from '../parts';
import { PromptCard } from '../Prompts';
import type { MoneyControls } from '../useMoney';
import type { Wallet } from '../wallet';
import { moneyWords } from '../words';
import { AddAccount } from './AddAccount';
import { PaymentForm } from './PaymentForm';
import type { Direction, Method } from './payments';
import { RemoveAccount } from './RemoveAccount';
import { Unanswered } from './Unanswered';
import { usePaying } from './usePaying';

export interface PaymentSectionProps {
  readonly direction: Direction;
  readonly methods: readonly Method[];
  readonly money: MoneyControls;
  readonly wallet: Wallet;
  readonly now: number;
  /** Takes the ways to withdraw after a bank account was added or removed. */
  readonly onMethods: (methods: readonly Method[]) => void;
  /** Called when what was asked for is in the list. */
  readonly onListed: () => void;
  readonly onPart: (part: Part) => void;
}

export function PaymentSection(props: PaymentSectionProps) {
  const id = useId();
  const words = moneyWords(useLocale());
  const { direction } = props;
  return (
    <section aria-labelledby={id} data-testid="payment-section" data-direction={direction}>
      <h3 id={id}>{words.payments.open[direction]}</h3>
      <Inside {...props} />
    </section>
  );
}

function Inside({ direction, methods, money, wallet, now, onMethods, onListed, onPart }: PaymentSectionProps) {
  const locale = useLocale();
  const words = moneyWords(locale);
  const paying = usePaying(direction, money, wallet, onListed);
  const [chosen, setChosen] = useState<string | null>(null);
  const isDeposit = direction === 'DEPOSIT';
  const [stop] = stopsOf(wallet.limits, now).filter(({ product }) => product === null);

  if (paying.unanswered !== null) return <Unanswered asked={paying.unanswered} paying={paying} />;
  if (isDeposit && stop !== undefined) {
    return (
      <p className="stops" data-testid="payment-stopped">
        {stopInWords(stop, locale)} {words.payments.stopped}
      </p>
    );
  }
  if (isDeposit && wallet.prompts.includes('FIRST_DEPOSIT')) return <PromptCard kind="FIRST_DEPOSIT" money={money} onOpen={onPart} />;

  function added(found: readonly Method[]): void {
    const known = new Set(methods.map(({ id }) => id));
    setChosen(found.find(({ id }) => !known.has(id))?.id ?? chosen);
    onMethods(found);
  }

  const method = methods.find(({ id }) => id === chosen) ?? methods[0];
  return (
    <>
      {method === undefined ? (
        <p data-testid="payment-no-way">{words.payments.noWay[direction]}</p>
      ) : (
        <PaymentForm methods={methods} method={method} wallet={wallet} now={now} paying={paying} onMethod={setChosen} />
      )}
      {method?.id.includes(':') === true && <RemoveAccount key={method.id} method={method} money={money} onMethods={onMethods} />}
      {!isDeposit && wallet.canAddBankAccount && <AddAccount methods={methods} money={money} onMethods={added} />}
    </>
  );
}
