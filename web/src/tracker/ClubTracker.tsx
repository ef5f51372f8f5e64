/** The tracker, once the customer's club is loaded. */
import { Joining } from './Joining';
import { Notices } from './Notices';
import { ProgressMeter } from './ProgressMeter';
import { RecentBets } from './RecentBets';
import { RewardList } from './RewardList';
import { weekInWords } from './week';
import type { ShownClub } from './state';
import type { Change } from '../changes/change';
import type { Notice } from '../changes/notice';
import type { Ask } from '../graphql/ask';
import type { Club } from '../graphql/types';
import type { Session } from '../session/session';
import { sentenceForIneligible, sentenceForWeek, wordsForState } from '../ui/words';

export interface ClubTrackerProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly notice: Notice;
  readonly onChange: (change: Change) => void;
  readonly shown: ShownClub;
}

export function ClubTracker({ ask, session, shown, notice, onChange }: ClubTrackerProps) {
  const { club } = shown;
  const { brand } = session;
  const busy = notice.kind === 'sending' || club.membership.pending || club.choice?.pending === true;
  const optedIn = club.membership.optedIn;
  const choose = (optionId: string) =>
    onChange({ kind: 'change-reward', brand, optionId, expectedVersion: club.choice?.version ?? 0 });

  return (
    <section className="tracker" data-testid="tracker" aria-labelledby="tracker-title" data-stale={shown.stale}>
      <TrackerHead club={club} />
      <div className="tracker-body">
        {isBarred(club) ? (
          <p className="barred">{sentenceForIneligible(club.membership.blockedReason)}</p>
        ) : (
          <>
            <WeekNote club={club} />
            {club.progress !== null && <ProgressMeter progress={club.progress} />}
            {shown.unreached.includes('progress') && (
              <p className="unreached">Your progress cannot be updated at the moment.</p>
            )}
            <Notices club={club} notice={notice} onRetry={onChange} />
            {!optedIn && (
              <Joining ask={ask} session={session} club={club} busy={busy} onChange={onChange} />
            )}
            <RewardList
              options={club.options}
              choice={club.choice}
              unreached={shown.unreached.includes('options')}
              mayChoose={mayChoose(club)}
              busy={busy}
              onChoose={choose}
            />
            <RecentBets ask={ask} session={session} club={club} />
          </>
        )}
        <TrackerFoot club={club} shown={shown} brand={brand} busy={busy} onChange={onChange} />
      </div>
    </section>
  );
}

function isBarred(club: Club): boolean {
  return club.state === 'INELIGIBLE' || club.membership.blockedReason !== null;
}

/** Only actions that cannot succeed are hidden; the server decides about the others. */
function mayChoose(club: Club): boolean {
  return club.membership.optedIn && club.week.state === 'OPEN' && club.choice?.locked !== true;
}

function TrackerHead({ club }: { readonly club: Club }) {
  const { title, days } = weekInWords(club.week.isoWeek);
  return (
    <header className="tracker-head">
      <div>
        <h3 id="tracker-title">Rewards club</h3>
        <p>
          {title}
          {days !== '' && ` · ${days}`}
        </p>
      </div>
      <span className="pill" data-testid="tracker-state" data-state={club.state ?? 'UNKNOWN'}>
        {wordsForState(isBarred(club) ? 'INELIGIBLE' : club.state)}
      </span>
    </header>
  );
}

function WeekNote({ club }: { readonly club: Club }) {
  const sentence = sentenceForWeek(club.week.state);
  return sentence === null ? null : <p className="week-note">{sentence}</p>;
}

interface TrackerFootProps {
  readonly club: Club;
  readonly shown: ShownClub;
  readonly brand: string;
  readonly busy: boolean;
  readonly onChange: (change: Change) => void;
}

function TrackerFoot({ club, shown, brand, busy, onChange }: TrackerFootProps) {
  return (
    <footer className="tracker-foot">
      <a href={club.terms.url} target="_blank" rel="noreferrer">
        Club terms<span className="visually-hidden"> (opens in a new tab)</span>
      </a>
      {shown.stale && <span className="stale">As of {clockTime(shown.readAt)}</span>}
      {club.membership.optedIn && (
        <button
          type="button"
          className="link"
          data-testid="opt-out"
          disabled={busy}
          onClick={() => onChange({ kind: 'opt-out', brand })}
        >
          Leave the club
        </button>
      )}
    </footer>
  );
}

function clockTime(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at);
}
