/** A selection as a button that puts it on the slip; without odds that can be taken, it says why. */
import { useLocale } from '@furlong/club';

import { slipWords, type SlipWords } from '../messages';
import type { Move } from './moves';
import { availabilityOf, type Offer } from './offers';

interface PriceButtonProps {
  readonly offer: Offer;
  readonly isPicked: boolean;
  /** Whether its odds are the present ones. */
  readonly isLive: boolean;
  readonly move: Move['to'] | undefined;
  readonly onPick: (selection: string) => void;
}

const ARROWS = { up: '▲', down: '▼' } as const;

export function PriceButton({ offer, isPicked, isLive, move, onPick }: PriceButtonProps) {
  const words = slipWords(useLocale());
  const { selection } = offer;
  const isOpen = availabilityOf(offer) === 'open';
  const canBePicked = isOpen && isLive;
  return (
    <button
      type="button"
      className="price"
      data-testid="price"
      data-move={move}
      aria-pressed={isPicked}
      aria-disabled={!canBePicked}
      onClick={() => canBePicked && onPick(selection.id)}
    >
      <span className="price-name">
        <bdi>{selection.name}</bdi>
      </span>
      {isOpen ? (
        <>
          <span className="visually-hidden"> {words.at} </span>
          <span className="price-odds">
            <bdi>{selection.odds?.display}</bdi>
            {move !== undefined && (
              <span className="price-move" aria-hidden="true">
                {ARROWS[move]}
              </span>
            )}
          </span>
        </>
      ) : (
        <span className="price-state">
          <span className="visually-hidden">: </span>
          {stateOf(offer, words)}
        </span>
      )}
    </button>
  );
}

/** Why a selection cannot be picked, or what became of it. */
function stateOf({ market, selection }: Offer, words: SlipWords): string {
  const result = words.results[selection.status];
  if (result !== undefined) return result;
  return market.status === 'CLOSED' || market.status === 'SETTLED' ? words.closed : words.suspended;
}
