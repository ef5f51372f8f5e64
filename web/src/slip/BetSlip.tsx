/** The bet-slip: one selection, a stake, and the button. The tracker comes after the button. */
import { useId, useState, type SubmitEvent, type ReactNode } from 'react';

import { PreviewLine } from './PreviewLine';
import { formatMinor, formatOdds, parseStake, returnsMinor } from './stake';
import type { Placed } from './place';
import type { Selection } from './race';
import type { Preview } from '../graphql/types';

export interface BetSlipProps {
  readonly selection: Selection;
  readonly currency: string;
  readonly typed: string;
  readonly onType: (typed: string) => void;
  readonly preview: Preview | null;
  readonly target: string | null;
  /** Why no bet can be placed here and now; null when one can. */
  readonly closed: string | null;
  readonly onPlace: (stakeMinor: number) => Promise<Placed>;
  readonly children: ReactNode;
}

const QUICK_STAKES = [200, 500, 1000, 2500];

export function BetSlip(props: BetSlipProps) {
  const { selection, currency, typed, onType, preview, target, closed, onPlace, children } = props;
  const { race, runner } = selection;
  const stakeId = useId();
  const stakeMinor = parseStake(typed);
  const [placing, setPlacing] = useState(false);
  const [told, setTold] = useState<string | null>(null);

  async function place(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (stakeMinor === null || closed !== null || placing) return;
    setPlacing(true);
    const placed = await onPlace(stakeMinor);
    setPlacing(false);
    setTold(receipt(placed, `${formatMinor(stakeMinor, currency)} on ${runner.name} at ${formatOdds(runner.oddsMilli)}`));
  }

  return (
    <section className="slip card" aria-labelledby="slip-title">
      <header className="slip-head">
        <h2 id="slip-title">Bet slip</h2>
        <span className="slip-count" aria-label="1 selection">1</span>
      </header>
      <form className="slip-body" onSubmit={(event) => void place(event)} noValidate>
        <div className="selection">
          <div>
            <strong className="selection-name">{runner.name}</strong>
            <span className="selection-market">Win · {race.time} {race.course}</span>
          </div>
          <span className="odds">
            <span className="visually-hidden">Odds </span>
            {formatOdds(runner.oddsMilli)}
          </span>
        </div>
        <div className="stake">
          <label htmlFor={stakeId}>Stake</label>
          <div className="stake-field">
            <span aria-hidden="true">{currencySign(currency)}</span>
            <input
              id={stakeId}
              data-testid="stake"
              inputMode="decimal"
              autoComplete="off"
              value={typed}
              aria-invalid={typed !== '' && stakeMinor === null}
              aria-describedby={`${stakeId}-help`}
              onChange={(event) => onType(event.target.value)}
            />
          </div>
        </div>
        <div className="quick" role="group" aria-label="Set the stake">
          {QUICK_STAKES.map((minor) => (
            <button key={minor} type="button" onClick={() => onType((minor / 100).toFixed(2))}>
              {formatMinor(minor, currency).replace(/\.00$/u, '')}
            </button>
          ))}
        </div>
        <p className="stake-help" id={`${stakeId}-help`} aria-live="polite">
          {typed !== '' && stakeMinor === null ? (
            <span className="fault">Enter an amount such as 5 or 5.00.</span>
          ) : (
            <>
              <span>Possible returns</span>
              <strong>{formatMinor(stakeMinor === null ? 0 : returnsMinor(stakeMinor, runner.oddsMilli), currency)}</strong>
            </>
          )}
        </p>
        <PreviewLine preview={preview} target={target} />
        <button
          type="submit"
          className="primary place"
          data-testid="place-bet"
          disabled={closed !== null || stakeMinor === null || placing}
          aria-describedby={`${stakeId}-closed`}
        >
          {placing ? 'Placing…' : stakeMinor === null ? 'Place bet' : `Place bet · ${formatMinor(stakeMinor, currency)}`}
        </button>
        <p className="slip-note" id={`${stakeId}-closed`} role="status">
          {closed ?? told ?? ''}
        </p>
      </form>
      {children}
    </section>
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

function currencySign(currency: string): string {
  const parts = new Intl.NumberFormat('en-GB', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).formatToParts(0);
  return parts.find(({ type }) => type === 'currency')?.value ?? currency;
}
