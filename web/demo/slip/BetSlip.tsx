/** The bet-slip: one selection, a stake, the club's line in its reserved space, and the button. */
import { formatMinor, readAmount, shortReference, useLocale, type Locale } from '@furlong/club';
import { useId, useRef, useState, type ReactNode, type SubmitEvent } from 'react';

import type { Picked, Standing } from '../events/picked';
import { slipWords, type SlipWords } from '../messages';
import { PickedLine } from './PickedLine';
import type { Bet, Placed } from './place';
import { StakeField } from './StakeField';
import { useCalm } from './useCalm';

export interface BetSlipProps {
  /** Null while nothing is picked; then there is no standing either. */
  readonly picked: Picked | null;
  readonly standing: Standing | null;
  readonly currency: string;
  readonly typed: string;
  readonly onType: (typed: string) => void;
  /** Why no bet can be placed at the moment; null if one can. */
  readonly closed: string | null;
  /** The customer has begun to bet on what is picked. */
  readonly onChoose: () => void;
  readonly onAccept: () => void;
  /** Places what the slip showed when its button was pressed. */
  readonly onPlace: (bet: Bet) => Promise<Placed>;
  /** The widget. Its space is reserved from the start, so that it never moves the button when it loads late. */
  readonly children: ReactNode;
}

export function BetSlip(props: BetSlipProps) {
  const { picked, standing, currency, typed, closed, onChoose, onPlace } = props;
  const locale = useLocale();
  const words = slipWords(locale);
  const noteId = useId();
  const read = readAmount(typed, currency, locale.tag);
  const stakeMinor = read.kind === 'amount' ? read.minor : null;
  const [placing, setPlacing] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const why = closed ?? whyNot(standing, words) ?? (stakeMinor === null ? words.enterStake : null);
  const said = useCalm(why ?? '');
  // Odds that have moved once may move back: returns are not read out before the customer has accepted others.
  const [restless, setRestless] = useState<Picked['seen']>(null);
  if (picked !== null && standing?.kind === 'moved' && restless !== picked.seen) setRestless(picked.seen);
  const about = `${picked?.offer.selection.id ?? ''} ${typed}`;
  // What was told of another stake or selection is no longer news; a refusal, or that nothing is known, is also while it cannot be placed.
  const news = told?.about === about && (why === null || told.lasts) ? told.text : null;

  /** The button that was pressed is gone. */
  function accept(): void {
    setTold(null);
    props.onAccept();
    button.current?.focus();
  }

  function type(changed: string): void {
    onChoose();
    props.onType(changed);
  }

  async function place(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (stakeMinor === null || !picked?.seen || why !== null || placing) return;
    const { offer, seen } = picked;
    onChoose();
    setPlacing(true);
    const placed = await onPlace({ stakeMinor, oddsMilli: seen.milli, betType: 'single', selectionId: offer.selection.id });
    setPlacing(false);
    const amount = formatMinor(stakeMinor, currency, locale.tag);
    const taken = placed.kind === 'placed' && placed.odds !== '' ? placed.odds : seen.display;
    const bet = locale.fill(words.bet, { amount, runner: offer.selection.name, odds: taken });
    setTold({ about, text: receipt(placed, bet, words, locale), lasts: placed.kind === 'refused' || placed.kind === 'unknown' });
  }

  return (
    <section className="slip card" aria-labelledby="slip-title">
      <header className="slip-head">
        <h2 id="slip-title">{words.slip}</h2>
      </header>
      <form className="slip-body" onSubmit={(event) => void place(event)} noValidate>
        {picked === null || standing === null ? (
          <p className="slip-empty">{words.empty}</p>
        ) : (
          <PickedLine picked={picked} standing={standing} onAccept={accept} />
        )}
        <StakeField
          typed={typed}
          currency={currency}
          oddsMilli={(standing?.kind === 'moved' ? standing.odds : picked?.seen)?.milli ?? null}
          isSettled={picked?.isChosen === true && picked.seen !== restless}
          onType={type}
        />
        {props.children}
        <div className="place-bar">
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
            {placing && words.placing}
            {!placing && stakeMinor === null && words.placeBare}
            {!placing &&
              stakeMinor !== null &&
              locale.fill(words.place, { amount: formatMinor(stakeMinor, currency, locale.tag) })}
          </button>
          <p className="slip-note" id={noteId}>
            {news ?? why ?? ''}
          </p>
          <p className="visually-hidden" role="status" data-testid="slip-said">
            {news ?? said}
          </p>
        </div>
      </form>
    </section>
  );
}

/** What became of a bet, and what the slip was like. */
interface Told {
  readonly about: string;
  readonly text: string;
  /** Whether it is still said once the slip cannot be placed. */
  readonly lasts: boolean;
}

/** Why what is picked cannot be bet on; null if it can. */
function whyNot(standing: Standing | null, words: SlipWords): string | null {
  if (standing === null) return words.choose;
  if (standing.kind === 'open') return null;
  return standing.kind === 'moved' ? words.acceptFirst : words.standing[standing.kind];
}

function receipt(placed: Placed, bet: string, words: SlipWords, locale: Locale): string {
  switch (placed.kind) {
    case 'placed': {
      const text = locale.fill(words.placed, { bet, id: shortReference(placed.betId) });
      return placed.isCounting ? text : `${text} ${words.later}`;
    }
    case 'refused':
      return locale.fill(words.refused[placed.code], { odds: placed.odds });
    case 'nowhere':
      return words.nowhere;
    case 'failed':
    case 'unknown':
      return words[placed.kind];
  }
}
