/** The bet-slip: one selection, a stake, and the button, followed by the tracker. */
import { useId, useState, type ReactNode, type SubmitEvent } from 'react';

import { PreviewLine } from './PreviewLine';
import { StakeField } from './StakeField';
import { formatMinor, formatOdds, parseStake } from './stake';
import type { Placed } from './place';
import type { Selection } from './race';
import type { Preview } from '../graphql/types';

export interface BetSlipProps {
  readonly selection: Selection;
  readonly currency: string;
  readonly typed: string;
  readonly onType: (typed: string) => void;
  readonly preview: Preview | null;
  /** The club's target, formatted for the customer; null if unknown. */
  readonly target: string | null;
  /** Why no bet can be placed at the moment; null if one can. */
  readonly closed: string | null;
  readonly onPlace: (stakeMinor: number) => Promise<Placed>;
  /** The tracker. It stands after the button, so that it never moves the button when it loads late. */
  readonly children: ReactNode;
}

export function BetSlip(props: BetSlipProps) {
  const { selection, currency, typed, closed, onPlace } = props;
  const { runner } = selection;
  const noteId = useId();
  const stakeMinor = parseStake(typed);
  const [placing, setPlacing] = useState(false);
  const [told, setTold] = useState<string | null>(null);

  async function place(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (stakeMinor === null || closed !== null || placing) return;
    setPlacing(true);
    const placed = await onPlace(stakeMinor);
    setPlacing(false);
    const bet = `${formatMinor(stakeMinor, currency)} on ${runner.name} at ${formatOdds(runner.oddsMilli)}`;
    setTold(receipt(placed, bet));
  }

  return (
    <section className="slip card" aria-labelledby="slip-title">
      <header className="slip-head">
        <h2 id="slip-title">Bet slip</h2>
        <span className="slip-count">
          1<span className="visually-hidden"> selection</span>
        </span>
      </header>
      <form className="slip-body" onSubmit={(event) => void place(event)} noValidate>
        <SelectionLine selection={selection} />
        <StakeField typed={typed} currency={currency} oddsMilli={runner.oddsMilli} onType={props.onType} />
        <PreviewLine preview={props.preview} target={props.target} />
        <button
          type="submit"
          className="primary place"
          data-testid="place-bet"
          disabled={closed !== null || stakeMinor === null || placing}
          aria-describedby={noteId}
        >
          {placing ? 'Placing…' : stakeMinor === null ? 'Place bet' : `Place bet · ${formatMinor(stakeMinor, currency)}`}
        </button>
        <p className="slip-note" id={noteId} role="status">
          {closed ?? told ?? ''}
        </p>
      </form>
      {props.children}
    </section>
  );
}

function SelectionLine({ selection: { race, runner } }: { readonly selection: Selection }) {
  return (
    <div className="selection">
      <div>
        <strong className="selection-name">{runner.name}</strong>
        <span className="selection-market">
          Win · {race.time} {race.course}
        </span>
      </div>
      <span className="odds">
        <span className="visually-hidden">Odds </span>
        {formatOdds(runner.oddsMilli)}
      </span>
    </div>
  );
}

function receipt(placed: Placed, bet: string): string {
  switch (placed.kind) {
    case 'placed':
      return `Bet placed: ${bet}. Reference ${placed.betId}.`;
    case 'nowhere':
      return 'Placing bets is the betting site’s job; nothing here takes them.';
    case 'failed':
      return 'Your bet was not placed. Try again.';
  }
}
