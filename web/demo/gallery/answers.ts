/** The graph's responses in each scenario of `contracts/scenarios/`, recorded from the running demo. */
import type { Ask, Club, PastWeek, Preview, RecentBet } from '@furlong/client';

import recorded from '@contracts/scenarios/answers.json';

export interface ScenarioAnswer {
  readonly says: string;
  readonly brand: string;
  readonly club: Club;
  readonly recentBets: readonly RecentBet[];
  readonly pastWeeks: readonly PastWeek[];
  readonly preview: Preview | null;
}

// A test executes the widget's documents against these responses, so the types asserted here are right.
export const ANSWERS = recorded as unknown as Readonly<Record<string, ScenarioAnswer>>;

/** Returns the response of a scenario, which must exist. */
export function answerOf(name: string): ScenarioAnswer {
  const found = ANSWERS[name];
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

const SUMMARY =
  'Stake £25 or more on sports from Monday to Sunday, at £1 or more a bet and at odds of 1/2 (1.5) or longer, and get the reward of your choice. Free bets, system bets and cashed-out bets do not count. You can leave at any time. 18+.';

/** Responds to queries sent on demand; null fails. */
export function askFrom(answer: ScenarioAnswer | null): Ask {
  return (operation) => {
    if (answer === null) return Promise.resolve({ data: null, faults: [{ message: 'not reached' }] });
    const { club, recentBets, pastWeeks } = answer;
    const answers: Readonly<Record<string, unknown>> = {
      RecentBets: { club: { id: club.id, progress: { recentBets } } },
      PastWeeks: { recentClubs: pastWeeks },
      TermsSummary: { club: { id: club.id, terms: { version: club.terms.version, summary: SUMMARY } } },
    };
    return Promise.resolve({ data: (answers[operation.name] ?? null) as never, faults: [] });
  };
}
