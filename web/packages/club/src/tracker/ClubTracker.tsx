/** The tracker of an eligible customer: the line and the bar, and the details on tap. */
import { useId, useState } from 'react';

import type { Club, Preview, Progress } from '@furlong/client';
import { Announcer } from './Announcer';
import { Details, type DetailsProps } from './Details';
import { Notices } from './Notices';
import { PreviewLine } from './PreviewLine';
import { ProgressBar } from './ProgressBar';
import { shownStake, standingOf, wonSentence } from './standing';
import { Sentence } from '../locale/figures';
import { useLocale } from '../locale/locale';

export interface ClubTrackerProps extends DetailsProps {
  /** What the slip would add if it were placed now; null if unknown. */
  readonly preview?: Preview | null;
  /** Whether the details are initially open. */
  readonly startsOpen?: boolean;
}

export function ClubTracker(props: ClubTrackerProps) {
  const { shown, notice, onChange, preview = null, startsOpen = false } = props;
  const { club } = shown;
  const locale = useLocale();
  const { words } = locale;
  const [open, setOpen] = useState(startsOpen);
  const [joins, setJoins] = useState(false);
  const won = wonSentence(club, locale);
  const offersJoin = won === null && standingOf(club).mayJoin && !club.paused && !club.membership.pending;
  const id = useId();

  function toggle(toJoin: boolean): void {
    setOpen(!open);
    setJoins(toJoin);
  }

  return (
    <section className="club-tracker" data-testid="tracker" aria-labelledby={`${id}-title`} data-stale={shown.stale}>
      <div className="club-compact">
        <Heading club={club} id={id} open={open} onToggle={() => toggle(false)} />
        {club.progress !== null && <Sums progress={club.progress} />}
        <div className="club-next">
          <Next club={club} preview={preview} won={won} />
          {offersJoin && !open && (
            <button type="button" className="club-secondary club-join" data-testid="join" onClick={() => toggle(true)}>
              {words.joinBrief}
            </button>
          )}
        </div>
        <Announcer club={club} />
      </div>
      <Notices club={club} notice={notice} onRetry={onChange} />
      <div id={`${id}-details`} hidden={!open}>
        {open && <Details {...props} joins={joins} />}
      </div>
    </section>
  );
}

interface NextProps {
  readonly club: Club;
  readonly preview: Preview | null;
  readonly won: string | null;
}

/** What the bet would add; after the target, what is won. A bet placed now does not belong to a past week. */
function Next({ club, preview, won }: NextProps) {
  const { words } = useLocale();
  const { week, progress, membership } = club;
  if (won !== null) {
    return (
      <p className="club-preview" data-testid="won" data-counts="true">
        {won}
      </p>
    );
  }
  if (week.state !== 'OPEN') return <p className="club-preview club-over">{words.weekNotes[week.state]}</p>;
  return <PreviewLine preview={preview} target={progress?.target ?? null} member={membership.optedIn} />;
}

interface HeadingProps {
  readonly club: Club;
  readonly id: string;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Heading({ club, id, open, onToggle }: HeadingProps) {
  const { words } = useLocale();
  return (
    <div className="club-line">
      <div className="club-title">
        <h3 id={`${id}-title`}>{words.club}</h3>
        <span className="club-pill" data-testid="tracker-state" data-state={club.state ?? 'UNKNOWN'}>
          {club.state === null ? words.stateUnknown : words.states[club.state]}
        </span>
      </div>
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
function Sums({ progress }: { readonly progress: Progress }) {
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
