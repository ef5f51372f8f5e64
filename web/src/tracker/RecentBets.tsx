/** The newest bets, each with the reason why it counts or not; requested when opened. */
import { useState } from 'react';

import { useOnDemand } from './useOnDemand';
import type { Ask } from '../graphql/ask';
import { RECENT_BETS } from '../graphql/operations';
import type { Club, RecentBet } from '../graphql/types';
import type { Session } from '../session/session';
import { sentenceForContribution } from '../ui/words';

interface RecentBetsProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly club: Club;
}

export function RecentBets(props: RecentBetsProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className="recent" data-testid="recent-bets" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Recent bets</summary>
      {open && <BetList {...props} />}
    </details>
  );
}

function BetList({ ask, session, club }: RecentBetsProps) {
  const variables = { brand: session.brand, week: club.week.isoWeek };
  const data = useOnDemand(ask, RECENT_BETS, variables, session.token, club.progress?.asOf ?? '');
  const bets = data?.club?.progress?.recentBets ?? null;
  if (bets === null) return <p className="recent-none">Your bets cannot be shown at the moment.</p>;
  if (bets.length === 0) return <p className="recent-none">No bets this week yet.</p>;
  return (
    <ul>
      {bets.map((bet) => (
        <BetLine key={bet.betId} bet={bet} />
      ))}
    </ul>
  );
}

function BetLine({ bet }: { readonly bet: RecentBet }) {
  return (
    <li>
      <span className="recent-sums">
        <strong>{bet.stake.display}</strong>
        <span>{bet.counted.display} counted</span>
        <time dateTime={bet.placedAt}>{placedAt(bet.placedAt)}</time>
      </span>
      <span className="recent-why">{sentenceForContribution(bet.reason)}</span>
    </li>
  );
}

function placedAt(iso: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });
  return format.format(new Date(iso));
}
