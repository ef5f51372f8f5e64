/** The newest bets, each with the reason why it counts or not; requested when opened. */
import { useState } from 'react';

import { type Ask, type Club, RECENT_BETS, type RecentBet, type Session } from '@furlong/client';
import { whyCounted } from './contribution';
import { Disclosure } from './Disclosure';
import { shortReference } from './reference';
import { Sentence } from '../locale/figures';
import { useLocale } from '../locale/locale';
import { useOnDemand } from '../state/useOnDemand';
import { showNearest } from '../ui/inView';

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
    <ul className="club-records" ref={showNearest}>
      {bets.map((bet) => (
        <BetLine key={bet.betId} bet={bet} />
      ))}
    </ul>
  );
}

function BetLine({ bet }: { readonly bet: RecentBet }) {
  const locale = useLocale();
  const { words, money, odds, weekdayTime } = locale;
  const { stake, oddsMilli } = bet;
  const figures = { stake: money(stake), odds: oddsMilli === null ? '' : odds(oddsMilli) };
  return (
    <li>
      <p className="club-record-head">
        <strong>
          <Sentence template={oddsMilli === null ? '{stake}' : words.betAt} figures={figures} />
        </strong>
        {bet.counted.minor > 0 && (
          <span>
            <Sentence template={words.counted} figures={{ counted: money(bet.counted) }} />
          </span>
        )}
        <time dateTime={bet.placedAt}>{weekdayTime(bet.placedAt)}</time>
      </p>
      <p>{whyCounted(bet, locale)}</p>
      <Reference id={bet.betId} />
    </li>
  );
}

/** The id of a bet, shortened in the middle; a button copies all of it. */
function Reference({ id }: { readonly id: string }) {
  const { words } = useLocale();
  const [copied, setCopied] = useState(false);
  return (
    <p className="club-small club-reference">
      {words.reference} <bdi title={id} translate="no">{shortReference(id)}</bdi>{' '}
      <button
        type="button"
        className="club-link"
        data-testid={`copy-${id}`}
        aria-label={`${words.copy} ${id}`}
        onClick={() => void navigator.clipboard.writeText(id).then(() => setCopied(true), () => setCopied(false))}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={copied ? 'm3 8.5 3.2 3.2L13 5' : 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1'} />
        </svg>
      </button>
      <span role="status">{copied ? words.copied : ''}</span>
    </p>
  );
}
