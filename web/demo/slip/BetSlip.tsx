/** The bet-slip: one selection, a stake, the club's line in its reserved space, and the button. */
import { formatMinor, readAmount, shortReference, useLocale, type Locale } from '@furlong/club';
import { useId, useState, type ReactNode, type SubmitEvent } from 'react';

import { slipWords, type SlipWords } from '../messages';
import { StakeField } from './StakeField';
import { formatOdds } from './stake';
import type { Placed } from './place';
import type { Selection } from './race';

export interface BetSlipProps {
  readonly selection: Selection;
  readonly currency: string;
  readonly typed: string;
  readonly onType: (typed: string) => void;
  /** Why no bet can be placed at the moment; null if one can. */
  readonly closed: string | null;
  readonly onPlace: (stakeMinor: number) => Promise<Placed>;
  /** The widget. Its space is reserved from the start, so that it never moves the button when it loads late. */
  readonly children: ReactNode;
}

export function BetSlip(props: BetSlipProps) {
  const { selection, currency, typed, closed, onPlace } = props;
  const { runner } = selection;
  const locale = useLocale();
  const words = slipWords(locale);
  const noteId = useId();
  const read = readAmount(typed, currency, locale.tag);
  const stakeMinor = read.kind === 'amount' ? read.minor : null;
  const [placing, setPlacing] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  const why = closed ?? (stakeMinor === null ? words.enterStake : null);

  /** What was told is about the stake before. */
  function type(next: string): void {
    setTold(null);
    props.onType(next);
  }

  async function place(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (stakeMinor === null || why !== null || placing) return;
    setPlacing(true);
    const placed = await onPlace(stakeMinor);
    setPlacing(false);
    const amount = formatMinor(stakeMinor, currency, locale.tag);
    const bet = { amount, runner: runner.name, odds: formatOdds(runner.oddsMilli, locale.tag) };
    setTold(receipt(placed, locale.fill(words.bet, bet), words, locale));
  }

  return (
    <section className="slip card" aria-labelledby="slip-title">
      <header className="slip-head">
        <h2 id="slip-title">{words.slip}</h2>
      </header>
      <form className="slip-body" onSubmit={(event) => void place(event)} noValidate>
        <SelectionLine selection={selection} />
        <StakeField typed={typed} currency={currency} oddsMilli={runner.oddsMilli} onType={type} />
        {props.children}
        <div className="place-bar">
          <button
            type="submit"
            className="primary place"
            data-testid="place-bet"
            aria-disabled={why !== null || placing}
            aria-describedby={noteId}
          >
            {placing && words.placing}
            {!placing && stakeMinor === null && words.placeBare}
            {!placing &&
              stakeMinor !== null &&
              locale.fill(words.place, { amount: formatMinor(stakeMinor, currency, locale.tag) })}
          </button>
          <p className="slip-note" id={noteId} role="status">
            {why ?? told ?? ''}
          </p>
        </div>
      </form>
    </section>
  );
}

function SelectionLine({ selection: { race, runner } }: { readonly selection: Selection }) {
  const locale = useLocale();
  const words = slipWords(locale);
  return (
    <div className="selection">
      <div>
        <strong className="selection-name">
          <bdi>{runner.name}</bdi>
        </strong>
        <span className="selection-market">
          {words.win} · <bdi>{race.time} {race.course}</bdi>
        </span>
      </div>
      <span className="odds">
        <span className="visually-hidden">{words.odds} </span>
        {formatOdds(runner.oddsMilli, locale.tag)}
      </span>
    </div>
  );
}

function receipt(placed: Placed, bet: string, words: SlipWords, locale: Locale): string {
  switch (placed.kind) {
    case 'placed': {
      const text = locale.fill(words.placed, { bet, id: shortReference(placed.betId) });
      return placed.isCounting ? text : `${text} ${words.later}`;
    }
    case 'nowhere':
      return words.nowhere;
    case 'failed':
      return words.failed;
  }
}
