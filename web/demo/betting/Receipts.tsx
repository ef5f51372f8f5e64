/** What became of the bets that a customer has just asked for: placed, being confirmed, not known, or not placed. */
import { formatMinor, shortReference, useLocale, type Locale } from '@furlong/club';
import { useEffect, useRef, useState, type ReactNode } from 'react';

import type { Part } from '../money/parts';
import { slipWords } from '../messages';
import { moneyWords } from '../money/words';
import { Countdown } from './Countdown';
import { secondsOf, useSecondsLeft } from './secondsLeft';
import { isOver, type Placing } from './placer';
import { type Bet, totalMinor } from './request';
import { betWords, partOf, refusedInWords, titleOfBet } from './words';

interface ReceiptsProps {
  readonly placings: readonly Placing[];
  /** What a placed bet did to the club. */
  readonly landed: (bet: Bet) => ReactNode;
  readonly onAskAgain: (key: string) => void;
  readonly onDone: () => void;
  readonly onBets: () => void;
  readonly onMoney: (part: Part) => void;
}

export function Receipts({ placings, landed, onAskAgain, onDone, onBets, onMoney }: ReceiptsProps) {
  const words = betWords(useLocale());
  if (placings.length === 0) return null;
  return (
    <section className="receipts" aria-label={words.receipts} data-testid="receipts">
      <ul>
        {placings.map((placing) => (
          <Receipt key={placing.asked.key} placing={placing} landed={landed} onAskAgain={onAskAgain} onMoney={onMoney} />
        ))}
      </ul>
      {placings.some(isOver) && (
        <div className="money-buttons">
          <button type="button" className="quiet" data-testid="receipts-done" onClick={onDone}>
            {words.done}
          </button>
          <button type="button" className="quiet" data-testid="see-bets" onClick={onBets}>
            {words.seeBets}
          </button>
        </div>
      )}
    </section>
  );
}

interface ReceiptProps {
  readonly placing: Placing;
  readonly landed: ReceiptsProps['landed'];
  readonly onAskAgain: (key: string) => void;
  readonly onMoney: (part: Part) => void;
}

export function Receipt({ placing, landed, onAskAgain, onMoney }: ReceiptProps) {
  const locale = useLocale();
  const words = betWords(locale);
  const { asked, state, bet, delay } = placing;
  const box = useRef<HTMLLIElement>(null);
  const [isDoubted, setDoubted] = useState(false);
  if (!isDoubted && (state === 'unknown' || state === 'pending')) setDoubted(true);
  const left = useSecondsLeft(state === 'pending' ? delay : null);
  useEffect(() => {
    // The button that was pressed may be far below.
    if (state !== 'sending') box.current?.scrollIntoView({ block: 'nearest' });
  }, [state]);
  const said =
    delay !== null && left !== null ? (
      <>
        <p className="visually-hidden">{locale.count(words.delayTakes, secondsOf(delay.ofMs))}</p>
        <p>{words.delay.why}</p>
      </>
    ) : (
      <>
        <p className="receipt-state" data-testid="receipt-state">
          {words.states[state]}
        </p>
        <Meaning placing={placing} />
      </>
    );
  return (
    <li className="receipt" ref={box} data-testid="receipt" data-state={state}>
      {delay !== null && left !== null && <Countdown delay={delay} left={left} />}
      {/* What is known by the answer to the press itself, the slip says. Only what comes into a region is spoken. */}
      {!isDoubted && <div className="receipt-said">{said}</div>}
      <div className="receipt-said" role="status">
        {isDoubted && said}
      </div>
      <p className="receipt-kind">
        {titleOfBet(asked.request.legs.length, asked.request.eachWay, asked.request.freeBetId !== undefined, locale)}
      </p>
      <ul className="receipt-legs">
        {legsOf(placing).map(({ pick, odds, event, market }) => (
          <li key={`${event} ${market} ${pick}`}>
            <strong>
              <bdi>{pick}</bdi> {slipWords(locale).at} <bdi>{odds}</bdi>
            </strong>
            <span className="selection-market">
              <bdi>{market}</bdi> · <bdi>{event}</bdi>
            </span>
          </li>
        ))}
      </ul>
      <Amounts placing={placing} locale={locale} />
      {state === 'placed' && bet !== null && landed(bet)}
      {bet !== null && (
        <p className="receipt-reference">
          {words.reference} <bdi title={bet.id}>{shortReference(bet.id)}</bdi>
        </p>
      )}
      {(state === 'unknown' || (state === 'pending' && left === null)) && (
        <button type="button" className="quiet" data-testid="check-again" onClick={() => onAskAgain(asked.key)}>
          {words.checkAgain}
        </button>
      )}
      <ToMoney placing={placing} onMoney={onMoney} />
    </li>
  );
}

function Meaning({ placing: { asked, state, refusal } }: { readonly placing: Placing }) {
  const locale = useLocale();
  const words = betWords(locale);
  if (state === 'unknown' || state === 'pending') return <p>{words.means[state]}</p>;
  if (state !== 'refused') return null;
  return <p>{refusal === null ? slipWords(locale).nowhere : refusedInWords(refusal.code, asked.request, locale)}</p>;
}

/** Where something can be done about a refusal. */
function ToMoney({ placing: { asked, refusal }, onMoney }: Pick<ReceiptProps, 'placing' | 'onMoney'>) {
  const words = moneyWords(useLocale());
  const part = refusal === null ? null : partOf(refusal.code, asked.request);
  if (part === null) return null;
  return (
    <button type="button" className="quiet" onClick={() => onMoney(part)}>
      {words.title}: {words.parts[part]}
    </button>
  );
}

/** As it was bet, or as the customer saw it. */
function legsOf({ asked, bet }: Placing) {
  if (bet === null || bet.legs.length === 0) return asked.request.legs;
  return bet.legs.map(({ pick, market, event, odds }) => ({ pick, market, event, odds: odds.display }));
}

function Amounts({ placing: { asked, bet }, locale }: { readonly placing: Placing; readonly locale: Locale }) {
  const words = betWords(locale);
  const { request } = asked;
  return (
    <dl className="receipt-amounts">
      <div>
        <dt>{request.eachWay ? words.totalStake : words.stake}</dt>
        <dd>
          <bdi>{bet === null ? formatMinor(totalMinor(request), request.currency, locale.tag) : locale.money(bet.stake)}</bdi>
        </dd>
      </div>
      {bet !== null && (
        <div>
          <dt>{bet.isFreeBet ? words.returnsWithoutStake : words.returns}</dt>
          <dd>
            <bdi>{locale.money(bet.potentialReturns)}</bdi>
          </dd>
        </div>
      )}
    </dl>
  );
}
