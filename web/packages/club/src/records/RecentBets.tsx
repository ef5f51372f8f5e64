/** The newest bets, each with the reason why it counts or not; requested when opened. */
import { type Ask, type Club, RECENT_BETS, type RecentBet, type Session } from '@furlong/client';
import { Disclosure } from './Disclosure';
import { useLocale } from '../locale/locale';
import { useOnDemand } from '../state/useOnDemand';

interface RecentBetsProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly club: Club;
}

export function RecentBets(props: RecentBetsProps) {
  const { words } = useLocale();
  return (
    <Disclosure title={words.recentBets} testid="recent-bets">
      <BetList {...props} />
    </Disclosure>
  );
}

function BetList({ ask, session, club }: RecentBetsProps) {
  const { words } = useLocale();
  const variables = { brand: session.brand, week: club.week.isoWeek };
  const { data, failed } = useOnDemand(ask, RECENT_BETS, variables, session.token, club.progress?.asOf ?? '');
  const bets = data?.club?.progress?.recentBets ?? null;
  if (bets === null) return <p className="club-soft">{failed || data !== null ? words.betsUnreached : words.loading}</p>;
  if (bets.length === 0) return <p className="club-soft">{words.noBets}</p>;
  return (
    <ul className="club-records">
      {bets.map((bet) => (
        <BetLine key={bet.betId} bet={bet} />
      ))}
    </ul>
  );
}

function BetLine({ bet }: { readonly bet: RecentBet }) {
  const { words, money, fill, weekdayTime } = useLocale();
  return (
    <li>
      <p className="club-record-head">
        <strong>
          <bdi>{money(bet.stake)}</bdi>
        </strong>
        <span>{fill(words.counted, { counted: money(bet.counted) })}</span>
        <time dateTime={bet.placedAt}>{weekdayTime(bet.placedAt)}</time>
      </p>
      <p>{words.contributions[bet.reason]}</p>
      <p className="club-small club-id">{fill(words.bet, { id: bet.betId })}</p>
    </li>
  );
}
