/** The bet-slip: selections, how they are bet, a stake, the club's line in its reserved space, and the button. */
import { formatMinor, useLocale, type Locale } from '@furlong/club';
import { useId, useRef, useState, type ReactNode, type SubmitEvent } from 'react';

import type { BetRequest } from '../betting/request';
import { betWords, linesInWords } from '../betting/words';
import type { Part } from '../money/parts';
import { moneyWords } from '../money/words';
import { slipWords } from '../messages';
import { idOf } from '../events/picked';
import { FreeBetField, FreeStake } from './FreeBetField';
import { PickedLine } from './PickedLine';
import { costMinor } from './plan';
import { type Cost, StakeField } from './StakeField';
import { useBarHeight } from './useBarHeight';
import { useCalm } from './useCalm';
import type { SlipControls } from './useSlip';
import { WaysField } from './WaysField';

/** What is said of bets that were asked for. */
export interface Told {
  readonly text: string;
  /** Whether it is still said once the slip cannot be placed. */
  readonly lasts: boolean;
  /** Where the customer can do something about it; null if on the slip alone. */
  readonly part: Part | null;
  /** Whether a receipt shows it as well, so that the slip says it to those who listen alone. */
  readonly isOnReceipt: boolean;
  /** The selections of the bets that were not placed, which stay on the slip. */
  readonly about: readonly string[];
}

export interface BetSlipProps {
  readonly slip: SlipControls;
  /** Why no bet can be placed at the moment; null if one can. */
  readonly closed: string | null;
  /** The customer has begun to bet on what is picked. */
  readonly onChoose: () => void;
  readonly onAccept: () => void;
  readonly onRemove: (selection: string) => void;
  readonly onEmpty: () => void;
  readonly onMoney: (part: Part) => void;
  /** Places what the slip showed when its button was pressed; null if there is nothing to say. */
  readonly onPlace: (requests: readonly BetRequest[]) => Promise<Told | null>;
  /** What became of bets that were asked for before. */
  readonly receipts: ReactNode;
  /** The club's meter, where it stands in the bar with the button; else null. */
  readonly strip: ReactNode;
  /** The widget. Its space is reserved from the start, so that it never moves the button when it loads late. */
  readonly children: ReactNode;
}

export function BetSlip(props: BetSlipProps) {
  const { slip, closed, onChoose, onPlace } = props;
  const { legs, plan, choice, paying, currency } = slip;
  const locale = useLocale();
  const words = slipWords(locale);
  const noteId = useId();
  const isBusy = useRef(false);
  const [told, setTold] = useState<(Told & { readonly entered: string }) | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  useBarHeight(bar);
  const [placing, setPlacing] = useState(false);
  // While it is on its way, the button says so.
  const why = placing ? '' : (closed ?? whyNot(slip, locale));
  const said = useCalm(why ?? '');
  const isSettled = useSettled(slip);
  const ids = legs.map(({ picked }) => idOf(picked));
  const entered = JSON.stringify([slip.typed, choice, paying.wanted]);
  // What was told of another stake or selection is no longer news; a refusal, or that nothing is known, is also while it cannot be placed.
  const isNews = told?.entered === entered && told.about.join(' ') === ids.join(' ') && (why === null || told.lasts);
  const news = isNews ? told : null;
  const several = legs.length > 1;

  /** The button that was pressed is gone. */
  function accept(): void {
    setTold(null);
    props.onAccept();
    button.current?.focus();
  }

  function remove(selection: string): void {
    props.onRemove(selection);
    button.current?.focus();
  }

  function type(changed: string): void {
    onChoose();
    slip.type(changed);
  }

  function payWith(freeBetId: string | null): void {
    onChoose();
    slip.payWith(freeBetId);
  }

  async function place(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    // Two presses of one moment come before anything is drawn again.
    if (why !== null || slip.requests.length === 0 || isBusy.current) return;
    isBusy.current = true;
    onChoose();
    setPlacing(true);
    const outcome = await onPlace(slip.requests);
    isBusy.current = false;
    setPlacing(false);
    setTold(outcome === null ? null : { ...outcome, entered });
  }

  return (
    <section className="slip card" aria-labelledby="slip-title">
      <header className="slip-head">
        <h2 id="slip-title">{words.slip}</h2>
        {several && (
          <button type="button" className="slip-emptying" data-testid="empty-slip" onClick={props.onEmpty}>
            {betWords(locale).emptySlip}
          </button>
        )}
      </header>
      {props.receipts}
      <form className="slip-body" onSubmit={(event) => void place(event)} noValidate>
        {legs.length === 0 && <p className="slip-empty">{words.empty}</p>}
        {legs.map((leg) => (
          <PickedLine
            key={idOf(leg.picked)}
            leg={leg}
            eachWay={plan.canEachWay}
            takesHigher={choice.takesHigher}
            isOneOfMany={several}
            onRemove={() => remove(idOf(leg.picked))}
            onAccept={several ? null : accept}
          />
        ))}
        {several && plan.hasMoved && plan.obstacle === null && (
          <button type="button" className="accept" data-testid="accept-odds" onClick={accept}>
            {betWords(locale).takeNew}
          </button>
        )}
        <WaysField legs={legs.length} plan={plan} choice={choice} onChoose={slip.choose} />
        <FreeBetField slip={slip} onPay={payWith} />
        {paying.freeBet !== null && (
          <FreeStake freeBet={paying.freeBet} hoped={slip.hoped} cost={costOf(slip, locale)} isSettled={isSettled} />
        )}
        {legs.length > 0 && paying.wanted === null && (
          <StakeField
            label={labelOf(slip, locale)}
            typed={slip.typed}
            currency={currency}
            hoped={slip.hoped}
            cost={costOf(slip, locale)}
            isSettled={isSettled}
            onType={type}
          />
        )}
        {props.children}
        <div className="place-bar" ref={bar}>
          {props.strip}
          <button
            ref={button}
            type="submit"
            className="primary place"
            data-testid="place-bet"
            aria-disabled={why !== null || placing}
            aria-describedby={noteId}
            onFocus={onChoose}
            onPointerDown={onChoose}
          >
            {placing ? words.placing : deedInWords(slip, locale)}
          </button>
          <p className="slip-note" id={noteId}>
            {(news?.isOnReceipt === false ? news.text : why) ?? ''}
          </p>
          <p className="visually-hidden" role="status" data-testid="slip-said">
            {news?.text ?? said}
          </p>
          {news?.part && <ToMoney part={news.part} onMoney={props.onMoney} />}
        </div>
      </form>
    </section>
  );
}

function ToMoney({ part, onMoney }: { readonly part: Part; readonly onMoney: (part: Part) => void }) {
  const words = moneyWords(useLocale());
  return (
    <button type="button" className="quiet to-money" data-testid="to-money" onClick={() => onMoney(part)}>
      {words.title}: {words.parts[part]}
    </button>
  );
}

/** Odds that have moved once may move back: returns are not read out before the customer has accepted others. */
function useSettled({ legs }: SlipControls): boolean {
  const [restless, setRestless] = useState('');
  const seen = legs.map(({ picked }) => `${idOf(picked)} ${picked.seen?.milli ?? ''}`).join();
  if (legs.some(({ standing }) => standing.kind === 'moved') && restless !== seen) setRestless(seen);
  return legs.length > 0 && seen !== restless && legs.every(({ picked }) => picked.isChosen);
}

/** Why the slip cannot be placed; null if it can. */
function whyNot({ legs, plan, paying, stakeMinor }: SlipControls, locale: Locale): string | null {
  const words = slipWords(locale);
  if (legs.length === 0) return words.choose;
  const kind = plan.obstacle?.kind;
  if (kind !== undefined && kind !== 'open' && kind !== 'moved') return words.standing[kind];
  if (plan.hasMoved) return words.acceptFirst;
  if (paying.obstacle !== null) return betWords(locale).freeBetNot[paying.obstacle];
  return stakeMinor === null ? words.enterStake : null;
}

function labelOf({ plan }: SlipControls, locale: Locale): string {
  const words = betWords(locale);
  if (plan.eachWay) return words.stakePerLine;
  return plan.count > 1 ? words.stakePerBet : slipWords(locale).stake;
}

/** What the bets cost in all, and why that is more than the stake; null where it is not. */
function costOf({ plan, stakeMinor, currency }: SlipControls, locale: Locale): Cost | null {
  const cost = stakeMinor === null ? null : costMinor(plan, stakeMinor);
  if (cost === null || stakeMinor === null || cost <= stakeMinor) return null;
  const words = betWords(locale);
  const bets = plan.count > 1 ? `${locale.count(words.bets, plan.count)} × ${formatMinor(cost / plan.count, currency, locale.tag)}.` : '';
  const lines = plan.eachWay ? linesInWords({ stakeMinor, currency }, locale) : '';
  const why = [bets, lines].filter((part) => part !== '').join(' ');
  return { label: words.totalStake, amount: formatMinor(cost, currency, locale.tag), why };
}

function deedInWords({ legs, plan, paying, stakeMinor, currency }: SlipControls, locale: Locale): string {
  const words = slipWords(locale);
  if (stakeMinor === null || legs.length === 0) return words.placeBare;
  const amount = formatMinor(costMinor(plan, stakeMinor) || stakeMinor, currency, locale.tag);
  if (paying.freeBet !== null) return locale.fill(betWords(locale).placeFree, { amount });
  if (plan.count < 2) return locale.fill(words.place, { amount });
  const more = betWords(locale);
  return locale.fill(more.placeMany, { bets: locale.count(more.bets, plan.count), amount });
}
