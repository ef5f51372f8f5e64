/** A selection on the slip: its names, odds and place terms, why it cannot be bet on, and the way off the slip. */
import { useLocale, type Locale } from '@furlong/club';

import { betWords, termsInWords } from '../betting/words';
import { slipWords } from '../messages';
import { isToBeAccepted, oddsOf, type SlipLeg, termsOf } from './plan';

interface PickedLineProps {
  readonly leg: SlipLeg;
  readonly eachWay: boolean;
  readonly takesHigher: boolean;
  /** Whether it is one of several, each of which says by itself why it cannot be bet on. */
  readonly isOneOfMany: boolean;
  readonly onRemove: () => void;
  /** Null if the odds of all selections are accepted at once. */
  readonly onAccept: (() => void) | null;
}

export function PickedLine({ leg, eachWay, takesHigher, isOneOfMany, onRemove, onAccept }: PickedLineProps) {
  const locale = useLocale();
  const words = slipWords(locale);
  const { offer } = leg.picked;
  const terms = eachWay ? termsOf(leg) : null;
  return (
    <div className="selection" data-testid="picked" data-standing={leg.standing.kind}>
      <div className="selection-names">
        <strong className="selection-name">
          <bdi>{offer.selection.name}</bdi>
        </strong>
        <span className="selection-market">
          <bdi>{offer.market.name}</bdi> · <bdi>{offer.event.name}</bdi>
        </span>
        {terms !== null && (
          <span className="selection-terms" data-testid="terms">
            {termsInWords(terms, locale)}
          </span>
        )}
      </div>
      <span className="odds" data-testid="picked-odds">
        <span className="visually-hidden">{words.odds} </span>
        <bdi>{oddsOf(leg)?.display ?? '–'}</bdi>
      </span>
      <button
        type="button"
        className="remove"
        data-testid="remove"
        aria-label={locale.fill(betWords(locale).remove, { pick: offer.selection.name })}
        onClick={onRemove}
      >
        <span aria-hidden="true">×</span>
      </button>
      {leg.picked.isSuggested && (
        <p className="suggested" data-testid="suggested">
          {words.suggested}
        </p>
      )}
      <Moved leg={leg} takesHigher={takesHigher} onAccept={onAccept} />
      {isOneOfMany && <WhyNot leg={leg} locale={locale} />}
    </div>
  );
}

function Moved({ leg, takesHigher, onAccept }: Pick<PickedLineProps, 'leg' | 'takesHigher' | 'onAccept'>) {
  const locale = useLocale();
  const words = slipWords(locale);
  const { picked, standing } = leg;
  if (standing.kind !== 'moved') return null;
  const seen = picked.seen?.display ?? '';
  if (!isToBeAccepted(leg, takesHigher)) {
    return (
      <p className="higher" data-testid="higher">
        {locale.fill(betWords(locale).higherNow, { odds: seen })}
      </p>
    );
  }
  return (
    <p className="moved">
      {seen !== '' && <span>{locale.fill(words.moved, { odds: seen })}</span>}
      {onAccept !== null && (
        <button type="button" className="accept" data-testid="accept-odds" onClick={onAccept}>
          {locale.fill(words.accept, { odds: standing.odds.display })}
        </button>
      )}
    </p>
  );
}

function WhyNot({ leg: { standing }, locale }: { readonly leg: SlipLeg; readonly locale: Locale }) {
  if (standing.kind !== 'suspended' && standing.kind !== 'over' && standing.kind !== 'gone') return null;
  return <p className="moved">{slipWords(locale).standing[standing.kind]}</p>;
}
