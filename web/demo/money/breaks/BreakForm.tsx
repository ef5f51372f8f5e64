/** The form of a break: how long, from what, and what it does before the button that begins it. */
import { useLocale } from '@furlong/club';
import { useId, useState, type SubmitEvent } from 'react';

import type { Product } from '../../generated/operations';
import { ChangeNotice } from '../ChangeNotice';
import type { MoneyControls } from '../useMoney';
import { useSending } from '../useSending';
import { hoursInWords, momentInWords, moneyWords } from '../words';
import { BREAK_HOURS, endAfter, endOfDay, PRODUCTS, tomorrow } from './breaks';
import { Choices } from './Choices';

interface BreakFormProps {
  readonly money: MoneyControls;
  readonly now: number;
}

const DAY = 'day';
const EVERYTHING = 'EVERYTHING';

export function BreakForm({ money, now }: BreakFormProps) {
  const id = useId();
  const locale = useLocale();
  const words = moneyWords(locale);
  const sending = useSending(money, words.breakRefused);
  const [length, setLength] = useState<string | null>(null);
  const [day, setDay] = useState('');
  const [of, setOf] = useState<Product | typeof EVERYTHING>(EVERYTHING);
  const until = untilOf(length, day, now);
  const product = of === EVERYTHING ? null : of;

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (until === null || sending.isSending) return;
    void sending.send({ kind: 'break', brand: money.session.brand, until, product }, words.done.break).then((isDone) => isDone && setLength(null));
  }

  const lengths = BREAK_HOURS.map((hours) => [String(hours), hoursInWords(hours, locale)] as const);
  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{words.breakTitle}</h3>
      <p>{words.breakHelp}</p>
      <form className="break-form" data-testid="break-form" onSubmit={submit} noValidate>
        <Choices title={words.howLong} testid="break-length" values={[...lengths, [DAY, words.untilDay]]} value={length} onChoose={setLength}>
          {length === DAY && (
            <div className="filter">
              <label htmlFor={`${id}-day`}>{words.day}</label>
              <input
                id={`${id}-day`}
                type="date"
                data-testid="break-day"
                min={tomorrow(now)}
                value={day}
                onChange={(event) => setDay(event.target.value)}
              />
            </div>
          )}
        </Choices>
        <Choices
          title={words.ofWhat}
          testid="break-of"
          values={[[EVERYTHING, words.everything], ...PRODUCTS.map((each) => [each, words.products[each]] as const)]}
          value={of}
          onChoose={setOf}
        />
        <p className="limit-effect" id={`${id}-effect`} aria-live="polite" data-testid="break-effect">
          {until === null
            ? length === DAY && words.chooseDay
            : locale.fill(product === null ? words.breakEnds : words.productBreakEnds, {
                moment: momentInWords(until, locale),
                product: product === null ? '' : words.products[product],
              })}{' '}
          {until !== null && words.cannotShorten}
          {until === null && length !== DAY && words.chooseLength}
        </p>
        <button
          type="submit"
          className="primary"
          data-testid="take-break"
          aria-disabled={until === null || sending.isSending}
          aria-describedby={`${id}-effect`}
        >
          {words.takeBreak}
        </button>
        <ChangeNotice sending={sending} onDone={() => setLength(null)} />
      </form>
    </section>
  );
}

/** Null while nothing is chosen, or a day that is not after today. */
function untilOf(length: string | null, day: string, now: number): string | null {
  if (length === null) return null;
  if (length !== DAY) return endAfter(Number(length), now);
  return day < tomorrow(now) ? null : endOfDay(day);
}
