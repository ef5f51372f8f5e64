/** What is on the slip: its names and odds, and the new odds to accept if they have changed. */
import { useLocale } from '@furlong/club';

import type { Picked, Standing } from '../events/picked';
import { slipWords } from '../messages';

interface PickedLineProps {
  readonly picked: Picked;
  readonly standing: Standing;
  readonly onAccept: () => void;
}

export function PickedLine({ picked: { offer, seen }, standing, onAccept }: PickedLineProps) {
  const locale = useLocale();
  const words = slipWords(locale);
  return (
    <div className="selection" data-testid="picked" data-standing={standing.kind}>
      <div className="selection-names">
        <strong className="selection-name">
          <bdi>{offer.selection.name}</bdi>
        </strong>
        <span className="selection-market">
          <bdi>{offer.market.name}</bdi> · <bdi>{offer.event.name}</bdi>
        </span>
      </div>
      <span className="odds" data-testid="picked-odds">
        <span className="visually-hidden">{words.odds} </span>
        <bdi>{standing.kind === 'moved' ? standing.odds.display : (seen?.display ?? '–')}</bdi>
      </span>
      {standing.kind === 'moved' && (
        <p className="moved">
          {seen !== null && <span>{locale.fill(words.moved, { odds: seen.display })}</span>}
          <button type="button" className="accept" data-testid="accept-odds" onClick={onAccept}>
            {locale.fill(words.accept, { odds: standing.odds.display })}
          </button>
        </p>
      )}
    </div>
  );
}
