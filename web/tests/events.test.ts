/** What decisions about offers mean, in words, and what tells two events apart. */
import { expect, test } from 'vitest';

import { caseRows, titleOf } from '../backoffice/src/home/waiting.ts';
import { consequence, facts, undone } from '../backoffice/src/events/words.ts';

import type { Offer } from '../backoffice/src/graph/generated/operations.ts';

function offer(provider: string, ...competitors: string[]): Offer {
  return {
    id: provider,
    provider,
    sportsEventId: '1',
    sport: 'football',
    competition: 'Premier League',
    name: competitors.join(' v '),
    competitors,
    startsAt: '2026-11-28T15:00:00Z',
    status: 'scheduled',
    knownSince: '2026-11-26T15:00:00Z',
  };
}

const BRIEF = { offers: [offer('exchange', 'Man Utd', 'Everton')] };
const FULL = { offers: [offer('feed', 'Manchester United', 'Everton'), offer('scores', 'Manchester United', 'Everton')] };

test('two events are compared side by side, and what differs is said', () => {
  const found = facts(BRIEF, FULL, (at) => at);
  expect(found.map(({ head, differs }) => [head, differs])).toEqual([
    ['Side 1', true],
    ['Side 2', false],
    ['Competition', false],
    ['Start', false],
  ]);
  expect(found[0]?.sides).toEqual([['Man Utd'], ['Manchester United']]);
});

test('providers of one side that do not agree are all shown', () => {
  const moved = { offers: [...FULL.offers, { ...offer('late', 'Manchester United', 'Everton'), startsAt: '2026-11-28T15:30:00Z' }] };
  const start = facts(BRIEF, moved, (at) => at).at(-1);
  expect(start?.differs).toBe(true);
  expect(start?.sides[1]).toEqual(['2026-11-28T15:00:00Z', '2026-11-28T15:30:00Z']);
});

test('races are compared by their names, because runners do not tell them apart', () => {
  const race = { offers: [{ ...offer('feed', 'A', 'B', 'C'), name: '15:10 Ascot' }] };
  expect(facts(race, race, (at) => at).map(({ head }) => head)).toEqual(['Name', 'Competition', 'Start']);
});

test('a verdict says what it does to which offers, and that it can be undone', () => {
  expect(consequence('SAME', BRIEF, FULL)).toMatch(
    /^“Man Utd v Everton” \(exchange\) as well as “Manchester United v Everton” \(feed\) and “Manchester United v Everton” \(scores\) become one event .* You can undo it\.$/u,
  );
  expect(consequence('DIFFERENT', BRIEF, FULL)).toContain('stay two events');
});

test('taking back says where what hung on the joined event is listed, and what is forgotten', () => {
  const remaining = offer('feed', 'Manchester United', 'Everton');
  const same = undone({ state: 'IN_FORCE', verdict: 'SAME', remaining, learned: 1, together: 2 });
  expect(same).toContain('“Manchester United v Everton” (feed) stays an event, and what hung on the joined event is listed with it.');
  expect(same).toContain('What was learned of the names is forgotten');
  expect(same).toContain('2 decisions were made at once');
  const different = undone({ state: 'IN_FORCE', verdict: 'DIFFERENT', remaining: null, learned: 0, together: 1 });
  expect(different).toBe('These offers may be of one event again. The other one waits for a decision, and isn’t listed until then.');
});

test('taking back what is not followed changes nothing for customers', () => {
  const remaining = offer('feed', 'Manchester United', 'Everton');
  const refused = { state: 'REFUSED', verdict: 'SAME', remaining, learned: 0, together: 1 } as const;
  expect(undone(refused)).toBe('Nothing changes for customers: this decision isn’t followed, and what it contradicts stays.');
  expect(undone({ ...refused, together: 2 })).toContain('2 decisions were made at once, and are undone together, also those that are followed.');
});

test('taking back what is being applied says that it is', () => {
  const applied = undone({ state: 'BEING_APPLIED', verdict: 'DIFFERENT', remaining: null, learned: 0, together: 1 });
  expect(applied).toMatch(/^This decision is still being applied, so customers may not see it yet\. These offers may be of one event again\./u);
});

test('home says how many matches wait for the person, after proposals', () => {
  expect(caseRows(undefined, undefined, 1).map(({ what, path }) => [what, path])).toEqual([['1 match', '/matches']]);
  expect(caseRows(undefined, undefined)).toEqual([]);
  expect(titleOf(0, 1, 33)).toBe('33 matches wait for your decision');
  expect(titleOf(1, 1, 33)).toBe('1 proposal waits for your decision');
});
