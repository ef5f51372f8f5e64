/** Joining the club: the terms, and the button. */
import { useOnDemand } from './useOnDemand';
import type { Change } from '../changes/change';
import type { Ask } from '../graphql/ask';
import { TERMS } from '../graphql/operations';
import type { Club } from '../graphql/types';
import type { Session } from '../session/session';

interface JoiningProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly club: Club;
  readonly busy: boolean;
  readonly onChange: (change: Change) => void;
}

export function Joining({ ask, session, club, busy, onChange }: JoiningProps) {
  const { terms, membership } = club;
  // The summary is requested here only, so that the bet-slip's query stays small.
  const answer = useOnDemand(ask, TERMS, { brand: session.brand }, session.token, terms.version);
  const summary = answer?.club?.terms.summary ?? null;
  return (
    <div className="joining">
      <p>
        {summary ?? 'Bets you place in the week count towards a reward of your choice.'}{' '}
        <a href={terms.url} target="_blank" rel="noreferrer">
          Read the terms<span className="visually-hidden"> (opens in a new tab)</span>
        </a>
      </p>
      <button
        type="button"
        className="primary"
        data-testid="opt-in"
        disabled={busy || !membership.canOptIn}
        onClick={() => onChange({ kind: 'opt-in', brand: session.brand, termsVersion: terms.version })}
      >
        Agree and join the club
      </button>
    </div>
  );
}
