/** What waits, besides proposals, and the words for it. */
import { rewardName } from '../frame/names.ts';
import { number } from '../money/amounts.ts';
import { forAllBrands } from '../session/permissions.ts';
import { weekName } from '../time/weeks.ts';

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
    if (count > 0) rows.push({ id: app, what: counted(count, 'dead letter'), note: `of ${app}: could not be applied`, path: `/deadLetters?filter=${filter}`, deed: 'See why' });
  }
  if (lateBets > 0) rows.push({ id: 'late', what: counted(lateBets, 'late bet'), note: 'changed after the week had closed', path: '/lateBets', deed: 'List them' });
  if (heldRewards > 0) rows.push({ id: 'held', what: counted(heldRewards, 'held reward'), note: 'in review, or being cancelled', path: '/heldRewards', deed: 'List them' });
  if (matches > 0) rows.push({ id: 'matches', what: matchesInWords(matches), note: 'offers that may be of one event', path: '/matches', deed: 'Decide' });
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
  return week === 'every-week' ? 'every week' : weekName(week);
}

function counted(count: number, name: string): string {
  return `${number(count)} ${name}${count === 1 ? '' : 's'}`;
}

function matchesInWords(count: number): string {
  return count === 1 ? '1 match' : `${number(count)} matches`;
}

/** Say what waits, the person's own part first. */
export function titleOf(proposals: number, cases: number, matches = 0): string {
  if (proposals > 0) return `${counted(proposals, 'proposal')} ${proposals === 1 ? 'waits' : 'wait'} for your decision`;
  if (matches > 0) return `${matchesInWords(matches)} ${matches === 1 ? 'waits' : 'wait'} for your decision`;
  return cases > 0 ? 'Nothing for you to decide. Open items:' : 'Nothing needs your attention';
}

/** Say what would appear here, for what the person may see. */
export function emptyWords(may: ReadonlySet<string>): string {
  const what = [
    ...(may.has('approvals.read') ? ['proposals of colleagues that you may approve'] : []),
    ...(may.has(forAllBrands('operations.read')) ? ['dead letters'] : []),
    ...(may.has('operations.cases') ? ['late bets', 'held rewards'] : []),
    ...(may.has(forAllBrands('events.match')) ? ['matches of events'] : []),
  ];
  const last = what.pop() ?? '';
  const words = what.length === 0 ? last : `${what.join(', ')} and ${last}`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} appear here.`;
}
