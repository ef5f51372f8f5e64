/** What waits, besides proposals, and the words for it. */
import { subjectName } from '../frame/subjects.ts';
import { number } from '../money/amounts.ts';
import { forAllBrands } from '../session/permissions.ts';
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

/** Say what waits, the person's own part first. */
export function titleOf(proposals: number, cases: number, matches = 0): string {
  if (proposals > 0) return WORDS.home.proposalsWait({ count: proposals, shown: number(proposals) });
  if (matches > 0) return WORDS.home.matchesWait({ count: matches, shown: number(matches) });
  return cases > 0 ? WORDS.home.nothingForYouToDecide : WORDS.home.nothingNeedsYourAttention;
}

/** Whoever may do one of these is asked about proposals of colleagues. */
const DECIDING = ['content.approve', 'support.read', 'operations.provider', 'finance.approve', 'betting.approve'];

/** Say what would appear here, for what the person may see; nothing if nothing ever does. */
export function emptyWords(may: ReadonlySet<string>): string {
  const what = [
    ...(DECIDING.some((one) => may.has(one)) ? [WORDS.home.proposalsColleaguesYouMay] : []),
    ...(may.has(forAllBrands('operations.read')) ? [WORDS.common.deadLetters] : []),
    ...(may.has('operations.cases') ? [WORDS.common.lateBets, WORDS.common.heldRewards] : []),
    ...(may.has(forAllBrands('events.match')) ? [WORDS.home.matchesOfEvents] : []),
  ];
  const last = what.pop();
  if (last === undefined) return '';
  return WORDS.home.appearHere({ what: what.length === 0 ? last : WORDS.common.othersAndLast({ others: what.join(', '), last }) });
}
