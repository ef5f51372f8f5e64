/** A bet as it was made: its legs with their results, what it cost, and what it returned or may return. */
import { shortReference, useLocale } from '@furlong/club';

import { entryTime } from '../../money/words';
import { slipWords } from '../../messages';
import type { Bet, BetLeg } from '../request';
import { betWords, startWord, titleOfBet } from '../words';
import { isOpenBet } from './betList';

export function BetRow({ bet, now }: { readonly bet: Bet; readonly now: number }) {
  const locale = useLocale();
  const words = betWords(locale);
  const { id, placedAt, stake, eachWay, isFreeBet, legs, status } = bet;
  return (
    <li className="bet" data-testid="bet" data-status={status}>
      <div className="bet-head">
        <strong>
          {titleOfBet(legs.length, eachWay, isFreeBet, locale)}
        </strong>
        <span className="bet-status" data-testid="bet-status">
          {words.statuses[status]}
        </span>
      </div>
      <ul className="bet-legs">
        {legs.map((leg, place) => (
          // A leg has no id of its own, and the legs of a bet never change their order.
          <LegRow key={`${place} ${leg.pick}`} leg={leg} now={now} />
        ))}
      </ul>
      <dl className="receipt-amounts">
        <div>
          <dt>{eachWay ? words.totalStake : words.stake}</dt>
          <dd>
            <bdi>{locale.money(stake)}</bdi>
          </dd>
        </div>
        <Returns bet={bet} />
      </dl>
      <p className="receipt-reference">
        <time dateTime={placedAt}>{entryTime(placedAt, locale)}</time> · {words.reference} <bdi title={id}>{shortReference(id)}</bdi>
      </p>
    </li>
  );
}

function LegRow({ leg: { event, market, pick, startsAt, odds, result }, now }: { readonly leg: BetLeg; readonly now: number }) {
  const locale = useLocale();
  const words = betWords(locale);
  return (
    <li data-testid="bet-leg" data-result={result ?? ''}>
      <span className="bet-pick">
        <strong>
          <bdi>{pick}</bdi> {slipWords(locale).at} <bdi>{odds.display}</bdi>
        </strong>
        {result !== null && (
          <span className="bet-result" data-result={result}>
            {words.results[result]}
          </span>
        )}
      </span>
      <span className="selection-market">
        <bdi>{market}</bdi> · <bdi>{event}</bdi>
      </span>
      {result === null && (
        <span className="selection-market">
          {startWord(startsAt, now, locale)} <time dateTime={startsAt}>{entryTime(startsAt, locale)}</time>
        </span>
      )}
    </li>
  );
}

/** What an open bet may return, or what a settled one did. */
function Returns({ bet }: { readonly bet: Bet }) {
  const locale = useLocale();
  const words = betWords(locale);
  const { returns, potentialReturns, isFreeBet } = bet;
  const amount = isOpenBet(bet) ? potentialReturns : returns;
  if (amount === null) return null;
  const hoped = isFreeBet ? words.returnsWithoutStake : words.returns;
  return (
    <div>
      <dt>{isOpenBet(bet) ? hoped : words.returned}</dt>
      <dd>
        <bdi>{locale.money(amount)}</bdi>
      </dd>
    </div>
  );
}
