/** What waits, besides proposals, and the words for it. */
import { rewardName } from '../frame/names.ts';
import { number } from '../money/amounts.ts';
import { forAllBrands } from '../session/permissions.ts';
import { weekName } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { WaitingCases, WaitingLetters } from '../graph/generated/operations.ts';

export interface Row {
  readonly id: string;
  readonly what: string;
  readonly note: string;
  readonly path: string;
  readonly deed: string;
}

/** Return a row for each sort of case of which there are some. */
export function caseRows(cases: WaitingCases | undefined, letters: WaitingLetters | undefined, matches = 0): readonly Row[] {
  const rows: Row[] = [];
  const { lateBets = 0, heldRewards = 0 } = cases?.waitingCases ?? {};
  for (const { app, letters: count } of letters?.deadLetterCounts ?? []) {
    const filter = encodeURIComponent(JSON.stringify({ app }));
    if (count > 0) rows.push({ id: app, what: WORDS.home.deadLetters({ count, shown: number(count) }), note: WORDS.home.ofCouldNotBeApplied({ app }), path: `/deadLetters?filter=${filter}`, deed: WORDS.home.seeWhy });
  }
  if (lateBets > 0) rows.push({ id: 'late', what: WORDS.home.lateBets({ count: lateBets, shown: number(lateBets) }), note: WORDS.home.changedAfterTheWeekHadClosed, path: '/lateBets', deed: WORDS.home.listThem });
  if (heldRewards > 0) rows.push({ id: 'held', what: WORDS.home.heldRewards({ count: heldRewards, shown: number(heldRewards) }), note: WORDS.home.inReviewOrBeingCancelled, path: '/heldRewards', deed: WORDS.home.listThem });
  if (matches > 0) rows.push({ id: 'matches', what: WORDS.home.matches({ count: matches, shown: number(matches) }), note: WORDS.home.offersThatMayBeOfOneEvent, path: '/matches', deed: WORDS.common.decide });
  return rows;
}

/** Return the kind of a proposal with the name of what it is about, as far as people have one for it. */
export function proposalInWords(kind: string, subject: string | null): string {
  const name = subjectName(subject);
  return name === null ? kind : `${kind}: ${name}`;
}

/** Return the name of a subject such as `content:northbet:fb-5`; null if it is about a customer, or has no name. */
function subjectName(subject: string | null): string | null {
  const [type = '', first = '', second = '', third = ''] = (subject ?? '').split(':');
  switch (type) {
    case 'content':
    case 'reward':
      return `“${rewardName(first, second)}”`;
    case 'budget':
      return `“${rewardName(first, second)}”, ${weekOrEvery(third)}`;
    case 'goodwill-budget':
      return `${second}, ${weekOrEvery(third)}`;
    case 'week':
      return weekName(second);
    case 'scheme':
      return [second, third].filter((part) => part !== '').join(', ');
    case 'provider':
    case 'payouts':
      return first;
    default:
      return null;
  }
}

function weekOrEvery(week: string): string {
  return week === 'every-week' ? WORDS.home.everyWeek : weekName(week);
}

/** Say what waits, the person's own part first. */
export function titleOf(proposals: number, cases: number, matches = 0): string {
  if (proposals > 0) return WORDS.home.proposalsWait({ count: proposals, shown: number(proposals) });
  if (matches > 0) return WORDS.home.matchesWait({ count: matches, shown: number(matches) });
  return cases > 0 ? WORDS.home.nothingForYouToDecide : WORDS.home.nothingNeedsYourAttention;
}

/** Say what would appear here, for what the person may see. */
export function emptyWords(may: ReadonlySet<string>): string {
  const what = [
    ...(may.has('approvals.read') ? [WORDS.home.proposalsColleaguesYouMay] : []),
    ...(may.has(forAllBrands('operations.read')) ? [WORDS.common.deadLetters] : []),
    ...(may.has('operations.cases') ? [WORDS.common.lateBets, WORDS.common.heldRewards] : []),
    ...(may.has(forAllBrands('events.match')) ? [WORDS.home.matchesOfEvents] : []),
  ];
  const last = what.pop() ?? '';
  return WORDS.home.appearHere({ what: what.length === 0 ? last : WORDS.common.othersAndLast({ others: what.join(', '), last }) });
}
