/** What a placed bet did to the club: how much it added, or why it did not count. */
import { type Ask, RECENT_BETS, type RecentBet, type Session } from '@furlong/client';
import { type Locale, shownStake, type Tracker, useLocale, useOnDemand, whyCounted } from '@furlong/club';
import { useEffect, useState } from 'react';

import { betWords } from './words';

/** How often, and how many times, it is looked for: the bet is on its way to the club. */
const LOOK_MS = 1_000;
export const MAX_LOOKS = 30;

type Club = Extract<Tracker, { kind: 'club' }>['club'];

interface LandedBetProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly tracker: Tracker;
  readonly betId: string;
}

/** Nothing for whom there is no club, or none that counts bets. */
export function LandedBet({ tracker, ...props }: LandedBetProps) {
  const club = tracker.kind === 'club' ? tracker.club : null;
  const isShown = club !== null && club.progress !== null;
  if (!isShown || club.state === 'INELIGIBLE' || club.membership.blockedReason !== null) return null;
  return <Landed club={club} {...props} />;
}

function Landed({ ask, session, club, betId }: Omit<LandedBetProps, 'tracker'> & { readonly club: Club }) {
  const locale = useLocale();
  const [looks, setLooks] = useState(0);
  // Of the week in which it was placed, which may end meanwhile.
  const [week] = useState(club.week.isoWeek);
  const occasion = `${club.progress?.asOf ?? ''}/${looks}`;
  const { data } = useOnDemand(ask, RECENT_BETS, { brand: session.brand, week }, session.token, occasion);
  const bet = data?.club?.progress?.recentBets.find((each) => each.betId === betId) ?? null;
  const isLooking = bet === null && looks < MAX_LOOKS;
  useEffect(() => {
    if (!isLooking) return;
    const next = setTimeout(() => setLooks(looks + 1), LOOK_MS);
    return () => clearTimeout(next);
  }, [isLooking, looks]);
  return (
    <p className="receipt-club" data-testid="receipt-club" data-landed={bet !== null} role="status">
      {landedInWords(bet, club, locale)}
    </p>
  );
}

/**
 * What a bet added, and where that has led; or why it did not count; or that it is not known yet. Who is not in the club
 * hears what joining would make of it, or nothing.
 */
export function landedInWords(bet: RecentBet | null, club: Pick<Club, 'state' | 'progress' | 'paused'>, locale: Locale): string {
  const words = betWords(locale);
  const { progress } = club;
  const isOutside = club.state === 'NOT_OPTED_IN';
  if (bet === null) return isOutside ? '' : words.clubWaits;
  if (bet.counted.minor === 0 || progress === null) return isOutside ? '' : whyCounted(bet, locale);
  if (isOutside && club.paused) return '';
  const { money, fill } = locale;
  const figures = { counted: money(bet.counted), staked: money(shownStake(progress)), target: money(progress.target) };
  return fill(isOutside ? words.clubAfterJoining : words.clubAdded, figures);
}
