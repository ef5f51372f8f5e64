/** The details on tap: the week, joining, rewards with their terms, recent bets, earlier weeks, and leaving. */
import { useEffect, useId, useRef } from 'react';

import type { Ask, Change, Club, FulfilmentStatus, Session } from '@furlong/client';
import { standingOf, storyOf, whyNoChange } from './standing';
import { CountedLine } from './CountedLine';
import { NewTabLink } from './NewTabLink';
import type { Notice } from '../changes/notice';
import { useLocale } from '../locale/locale';
import { Joining } from '../membership/Joining';
import { Leaving } from '../membership/Leaving';
import { outcomeOf } from '../records/outcome';
import { PastWeeks } from '../records/PastWeeks';
import { RecentBets } from '../records/RecentBets';
import { RewardList } from '../rewards/RewardList';
import type { ShownClub } from '../state/state';
import { showNearest } from '../ui/inView';

export interface DetailsProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly notice: Notice;
  readonly onChange: (change: Change) => void;
  readonly shown: ShownClub;
}

interface OpenedDetailsProps extends DetailsProps {
  /** Whether they were opened to join. */
  readonly joins: boolean;
  /** The id of the text that says that the club is paused. */
  readonly pausedId: string;
  /** Whether they were open from the start, not by a press. */
  readonly startsOpen?: boolean;
}

export function Details({ ask, session, shown, notice, onChange, joins, pausedId, startsOpen = false }: OpenedDetailsProps) {
  const { club, unreached } = shown;
  const { words } = useLocale();
  const { brand } = session;
  const standing = standingOf(club);
  const whyId = useId();
  const why = whyNoChange(club, notice, words);
  const whyNot = why === null ? null : whyId;
  // While the club is paused, customers can still leave.
  const whyNoStart = club.paused ? pausedId : whyNot;
  const details = useRef<HTMLDivElement>(null);
  const isPressed = !startsOpen && !joins;
  useEffect(() => {
    // What was pressed stays in view with it.
    if (isPressed) showNearest(details.current?.firstElementChild ?? null);
  }, [isPressed]);
  return (
    <div className="club-details" ref={details}>
      <WeekLines club={club} />
      {club.ineligibleReason === null && <CountedLine ask={ask} session={session} terms={club.terms.version} />}
      {unreached.includes('state') && !unreached.includes('progress') && <p className="club-soft">{words.unreached.state}</p>}
      {unreached.includes('progress') && club.progress !== null && <p className="club-soft">{words.unreached.progress}</p>}
      {why !== null && (
        <p className="club-soft" id={whyId}>
          {why}
        </p>
      )}
      {standing.mayJoin && (
        <Joining ask={ask} session={session} club={club} whyNot={whyNoStart} takesFocus={joins} onChange={onChange} />
      )}
      {standing.showsRewards && (
        <RewardList
          club={club}
          standing={standing}
          unreached={unreached.includes('options')}
          whyNot={whyNoStart}
          onChoose={(optionId) =>
            onChange({ kind: 'change-reward', brand, optionId, expectedVersion: club.choice?.version ?? 0 })
          }
        />
      )}
      <RecentBets ask={ask} session={session} club={club} />
      <PastWeeks ask={ask} session={session} week={club.week.isoWeek} />
      <footer className="club-foot">
        <NewTabLink href={club.terms.url}>{words.clubTerms}</NewTabLink>
        <Stale stale={shown.stale} readAt={shown.readAt} />
        {standing.member && (
          <Leaving keeps={standing.holds} whyNot={whyNot} onLeave={() => onChange({ kind: 'opt-out', brand })} />
        )}
      </footer>
    </div>
  );
}

/** The stages of a payment about which the story of the week says less than the payment itself. */
const TELLS_MORE: ReadonlySet<FulfilmentStatus> = new Set(['CREDITED', 'REVIEW', 'USED', 'EXPIRED']);

function WeekLines({ club }: { readonly club: Club }) {
  const locale = useLocale();
  const { words, fill } = locale;
  const { isoWeek, endsAt, state } = club.week;
  const status = club.fulfilment?.status;
  return (
    <div className="club-week">
      {status !== 'REVIEW' && <p className="club-story">{storyOf(club, words)}</p>}
      {status !== undefined && TELLS_MORE.has(status) && <p>{outcomeOf(club, locale)}</p>}
      <p className="club-soft">
        {locale.weekTitle(isoWeek)}
        {club.progress !== null && ` · ${locale.count(words.betsCounted, club.progress.countedBets)}`}
      </p>
      {state === 'OPEN' && <p className="club-soft">{fill(words.weekEnds, { moment: locale.moment(endsAt) })}</p>}
    </div>
  );
}

function Stale({ stale, readAt }: { readonly stale: boolean; readonly readAt: number }) {
  const { words, fill, clock } = useLocale();
  return stale ? <span className="club-stale">{fill(words.asOf, { time: clock(readAt) })}</span> : null;
}
