/** The customer's earlier weeks, each with its outcome; requested when opened. */
import { type Ask, PAST_WEEKS, type PastWeek, type Session } from '@furlong/client';
import { Disclosure } from './Disclosure';
import { outcomeOf } from './outcome';
import { Sentence } from '../locale/figures';
import { useLocale } from '../locale/locale';
import { useOnDemand } from '../state/useOnDemand';
import { showNearest } from '../ui/inView';

interface PastWeeksProps {
  readonly ask: Ask;
  readonly session: Session;
  /** The current week; when it changes, there is another past week. */
  readonly week: string;
}

export function PastWeeks(props: PastWeeksProps) {
  const { words } = useLocale();
  return (
    <Disclosure title={words.history} testid="past-weeks">
      <WeekList {...props} />
    </Disclosure>
  );
}

function WeekList({ ask, session, week }: PastWeeksProps) {
  const { words } = useLocale();
  const { data, failed } = useOnDemand(ask, PAST_WEEKS, { brand: session.brand }, session.token, week);
  const weeks = data?.recentClubs ?? null;
  if (weeks === null) return <p className="club-soft">{failed || data !== null ? words.historyUnreached : words.loading}</p>;
  if (weeks.length === 0) return <p className="club-soft">{words.noHistory}</p>;
  return (
    <ul className="club-records" ref={showNearest}>
      {weeks.map((past) => (
        <WeekLine key={past.id} past={past} />
      ))}
    </ul>
  );
}

function WeekLine({ past }: { readonly past: PastWeek }) {
  const locale = useLocale();
  const { words, money } = locale;
  const { week, state, progress, choice } = past;
  const rewarded = past.fulfilment !== null || state === 'CONFIRMED';
  return (
    <li data-testid={`past-${week.isoWeek}`} data-state={state ?? 'UNKNOWN'}>
      <p className="club-record-head">
        <strong>{locale.weekTitle(week.isoWeek)}</strong>
        <span className="club-record-state">{state === null ? words.stateUnknown : words.states[state]}</span>
      </p>
      {progress !== null && (
        <p>
          <Sentence
            template={words.sums}
            figures={{ staked: money(progress.staked), target: money(progress.target) }}
          />
        </p>
      )}
      {rewarded && choice !== null && (
        <p>
          {words.yourReward} <bdi>{choice.option.title}</bdi>
        </p>
      )}
      <p className="club-soft">{outcomeOf(past, locale)}</p>
    </li>
  );
}
