/** The selections of a market, with its name and, if it takes no bets, why. */
import { useLocale } from '@furlong/club';
import { useId } from 'react';

import { slipWords } from '../messages';
import type { Board } from './board';
import type { OfferedEvent, OfferedMarket } from './offers';
import { idOf } from './picked';
import { PriceButton } from './PriceButton';

interface MarketPricesProps {
  readonly event: OfferedEvent;
  readonly market: OfferedMarket;
  readonly board: Board;
  readonly onPick: (selection: string) => void;
}

export function MarketPrices({ event, market, board, onPick }: MarketPricesProps) {
  const id = useId();
  const words = slipWords(useLocale());
  return (
    <div className="market" role="group" aria-labelledby={id} data-status={market.status}>
      <p className="market-name" id={id}>
        <bdi>{market.name}</bdi>
        {market.status !== 'OPEN' && <span className="market-state"> · {words.marketStates[market.status]}</span>}
      </p>
      <div className="prices">
        {market.selections.map((selection) => (
          <PriceButton
            key={selection.id}
            offer={{ event, market, selection }}
            isPicked={board.picks.some((picked) => idOf(picked) === selection.id)}
            isLive={board.prices === 'live'}
            move={board.moves.get(selection.id)?.to}
            onPick={onPick}
          />
        ))}
      </div>
    </div>
  );
}
