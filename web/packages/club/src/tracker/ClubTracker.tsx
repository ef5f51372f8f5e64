/** The tracker of an eligible customer: the line and the bar, and the details on tap. */
import { useId, useState, type ReactNode } from 'react';

import type { Club, Preview, Progress } from '@furlong/client';
import { Announcer } from './Announcer';
import { Details, type DetailsProps } from './Details';
import { Notices } from './Notices';
import { PreviewLine } from './PreviewLine';
import { ProgressBar } from './ProgressBar';
import { dealSentence, rewardSentence, shownStake, standingOf, wonSentence } from './standing';
import { Sentence } from '../locale/figures';
import { useLocale } from '../locale/locale';
import { useOffline } from '../state/online';
import type { ShownClub } from '../state/state';

export interface ClubTrackerProps extends DetailsProps {
  /** What the slip would add if it were placed now; null if unknown. */
  readonly preview?: Preview | null;
  /** Whether the details are initially open. */
  readonly startsOpen?: boolean;
  /** Whether the page shows the meter elsewhere, by `TrackerStrip`. */
  readonly meterElsewhere?: boolean;
}

export function ClubTracker(props: ClubTrackerProps) {
  const { shown, notice, onChange, preview = null, startsOpen = false, meterElsewhere = false } = props;
  const { club } = shown;
  const locale = useLocale();
  const { words } = locale;
  const [open, setOpen] = useState(startsOpen);
  const [joins, setJoins] = useState(false);
  const won = wonSentence(club, locale);
  const offersJoin = won === null && standingOf(club).mayJoin && !club.paused && !club.membership.pending;
  const id = useId();
  const pausedId = `${id}-paused`;

  function toggle(toJoin: boolean): void {
    setOpen(!open);
    setJoins(toJoin);
  }

  return (
    <section className="club-tracker" data-testid="tracker" aria-labelledby={`${id}-title`} data-stale={shown.stale}>
      <div className="club-compact">
        <Heading club={club} id={id} open={open} onToggle={() => toggle(false)}>
          {offersJoin && !open && (
            <button type="button" className="club-secondary club-join" data-testid="join" onClick={() => toggle(true)}>
              {words.joinBrief}
            </button>
          )}
        </Heading>
        {club.progress !== null && !meterElsewhere && <Sums progress={club.progress} />}
        <Next shown={shown} preview={preview} won={won} pausedId={pausedId} />
        <Announcer club={club} />
      </div>
      <Notices club={club} notice={notice} onRetry={onChange} />
      <div id={`${id}-details`} hidden={!open}>
        {open && <Details {...props} joins={joins} pausedId={pausedId} />}
      </div>
    </section>
  );
}

interface NextProps {
  readonly shown: ShownClub;
  readonly preview: Preview | null;
  readonly won: string | null;
  readonly pausedId: string;
}

/**
 * What there is to know next: that the figures are old, that the club is paused, what is won, what the bet would add,
 * or what it is for. A bet placed now does not belong to a past week.
 */
function Next({ shown: { club, readAt }, preview, won, pausedId }: NextProps) {
  const locale = useLocale();
  const { words, fill, clock } = locale;
  const { week, progress, membership } = club;
  const isOffline = useOffline() !== null;
  if (isOffline) {
    return (
      <p className="club-preview" role="status" data-testid="offline">
        {fill(words.offline, { time: clock(readAt) })}
      </p>
    );
  }
  if (club.paused) {
    return (
      <p className="club-preview" role="status" data-testid="paused" id={pausedId}>
        {words.errors.CLUB_PAUSED} {won}
      </p>
    );
  }
  if (won !== null) {
    return (
      <p className="club-preview" data-testid="won" data-counts="true">
        {won}
      </p>
    );
  }
  if (week.state !== 'OPEN') return <p className="club-preview club-over">{words.weekNotes[week.state]}</p>;
  if (progress === null) return <p className="club-preview club-over">{words.unreached.progress}</p>;
  return (
    <PreviewLine
      preview={preview}
      target={progress.target}
      member={membership.optedIn}
      deal={dealSentence(club, locale)}
      otherwise={rewardSentence(club, locale)}
    />
  );
}

interface HeadingProps {
  readonly club: Club;
  readonly id: string;
  readonly open: boolean;
  readonly onToggle: () => void;
  /** The way into the club, if it is offered. */
  readonly children: ReactNode;
}

function Heading({ club, id, open, onToggle, children }: HeadingProps) {
  const { words } = useLocale();
  return (
    <div className="club-line">
      <div className="club-title">
        <h3 id={`${id}-title`}>{words.club}</h3>
        <span className="club-pill" data-testid="tracker-state" data-state={club.state ?? 'UNKNOWN'}>
          {club.state === null ? words.stateUnknown : words.states[club.state]}
        </span>
      </div>
      {children}
      <button
        type="button"
        className="club-link club-toggle"
        data-testid="club-details"
        aria-expanded={open}
        aria-controls={`${id}-details`}
        aria-describedby={`${id}-title`}
        onClick={onToggle}
      >
        <span>{words.details}</span>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="m3.5 6 4.5 4.5L12.5 6" />
        </svg>
      </button>
    </div>
  );
}

/** Hidden from screen readers, because the bar already announces the same amounts. */
export function Sums({ progress }: { readonly progress: Progress }) {
  const { words, money } = useLocale();
  const figures = { staked: money(shownStake(progress)), target: money(progress.target) };
  return (
    <div className="club-meter">
      <ProgressBar progress={progress} />
      <p className="club-sums" aria-hidden="true">
        <Sentence template={words.sums} figures={figures} testid="tracker" />
      </p>
    </div>
  );
}
