/** Self-exclusion in two steps: how long, then what stops and what does not, with the button that does it. */
import { useLocale } from '@furlong/club';
import { useEffect, useId, useRef, useState } from 'react';

import { ChangeNotice } from '../ChangeNotice';
import type { MoneyControls } from '../useMoney';
import { useSending } from '../useSending';
import { momentInWords, moneyWords, monthsInWords } from '../words';
import { endAfterMonths, EXCLUSION_MONTHS } from './breaks';
import { Choices } from './Choices';

interface ExcludeFormProps {
  readonly money: MoneyControls;
  readonly now: number;
}

export function ExcludeForm({ money, now }: ExcludeFormProps) {
  const id = useId();
  const locale = useLocale();
  const words = moneyWords(locale);
  const sending = useSending(money, words.excludeRefused);
  const [chosen, setChosen] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const next = useRef<HTMLButtonElement>(null);
  const months = chosen === null ? null : Number(chosen);

  function back(): void {
    setAsking(false);
    sending.forget();
  }

  return (
    <section aria-labelledby={`${id}-title`} data-testid="exclude">
      <h3 id={`${id}-title`}>{words.excludeTitle}</h3>
      <p>{words.excludeHelp}</p>
      {months !== null && isAsking ? (
        <Question
          months={months}
          now={now}
          isSending={sending.isSending}
          onYes={() => void sending.send({ kind: 'exclude', brand: money.session.brand, months }, words.done.exclude)}
          onBack={back}
        />
      ) : (
        <>
          <Choices
            title={words.howLong}
            testid="exclude-length"
            values={EXCLUSION_MONTHS.map((each) => [String(each), monthsInWords(each, locale)] as const)}
            value={chosen}
            onChoose={setChosen}
          />
          <button
            ref={next}
            type="button"
            className="quiet"
            data-testid="exclude-next"
            aria-disabled={months === null}
            aria-describedby={months === null ? `${id}-why` : undefined}
            onClick={() => months !== null && setAsking(true)}
          >
            {words.excludeNext}
          </button>
          {months === null && (
            <p className="money-help" id={`${id}-why`}>
              {words.chooseLength}
            </p>
          )}
        </>
      )}
      <ChangeNotice sending={sending} />
    </section>
  );
}

interface QuestionProps {
  readonly months: number;
  readonly now: number;
  readonly isSending: boolean;
  readonly onYes: () => void;
  readonly onBack: () => void;
}

function Question({ months, now, isSending, onYes, onBack }: QuestionProps) {
  const locale = useLocale();
  const words = moneyWords(locale);
  const title = useRef<HTMLHeadingElement>(null);
  const length = monthsInWords(months, locale);
  const moment = momentInWords(endAfterMonths(months, now), locale);

  useEffect(() => title.current?.focus(), []);

  return (
    <div className="exclude-question" data-testid="exclude-question">
      <h4 ref={title} tabIndex={-1}>
        {locale.fill(words.excludeQuestion, { length, moment })}
      </h4>
      <p>{words.stops}</p>
      <p>{words.stays}</p>
      <p>{words.cannotUndo}</p>
      <div className="money-buttons">
        <button type="button" className="primary" data-testid="exclude-firmly" aria-disabled={isSending} onClick={onYes}>
          {locale.fill(words.excludeFirmly, { length })}
        </button>
        <button type="button" className="quiet" data-testid="exclude-back" onClick={onBack}>
          {words.goBack}
        </button>
      </div>
    </div>
  );
}
