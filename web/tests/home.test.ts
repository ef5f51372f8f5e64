/** The homes of the back office ask only for what the admin graph has. */
import { readFileSync } from 'node:fs';
import { buildSchema, Kind, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { expect, test } from 'vitest';

import { groupsFor, menuFor, shownOf, type Group } from '../backoffice/src/frame/screens.ts';
import { HOME_QUERIES, owed, switches } from '../backoffice/src/home/figures.ts';
import { betsPictures } from '../backoffice/src/home/BetsCards.tsx';
import { countedUpTo, lag, nodes, weekOf } from '../backoffice/src/home/HealthCard.tsx';
import { forAllBrands, inRole } from '../backoffice/src/session/permissions.ts';
import { learnNames } from '../backoffice/src/frame/names.ts';
import { caseRows, emptyWords, proposalInWords, titleOf } from '../backoffice/src/home/waiting.ts';
import { HOME_BETS, HOME_BETTING, HOME_COUNTED, HOME_DAY, HOME_FINANCE, HOME_LAG, HOME_NODES, HOME_WEEKS, LAG_HISTORY, LIABILITY_HOURS, WAITING_CASES, WAITING_LETTERS } from '../backoffice/src/graph/generated/operations.ts';

import type { HomeCounted, HomeLag, HomeNodes, HomeWeeks } from '../backoffice/src/graph/generated/operations.ts';

const GRAPH = buildSchema(readFileSync(new URL('../../admin.graphql', import.meta.url), 'utf8'));
const FOR_EACH_BRAND = [...HOME_QUERIES, HOME_FINANCE, HOME_BETS, HOME_BETTING, HOME_WEEKS, HOME_COUNTED, LIABILITY_HOURS, WAITING_CASES];
const FOR_ALL_BRANDS = [HOME_DAY, HOME_LAG, HOME_NODES, LAG_HISTORY, WAITING_LETTERS];

test('who may see one brand only is asked nothing that needs all brands', () => {
  const scopes = (query: string) => {
    const scopesOfFields: string[] = [];
    const types = new TypeInfo(GRAPH);
    const enter = () => {
      const permitted = types.getFieldDef()?.astNode?.directives?.find(({ name }) => name.value === 'permitted');
      const scope = permitted?.arguments?.find(({ name }) => name.value === 'brand')?.value;
      if (scope?.kind === Kind.STRING) scopesOfFields.push(scope.value);
    };
    visit(parse(query), visitWithTypeInfo(types, { Field: enter }));
    return scopesOfFields;
  };
  expect(FOR_EACH_BRAND.flatMap(scopes)).not.toContain('(all)');
  for (const query of FOR_ALL_BRANDS) expect(scopes(query)).toContain('(all)');
});

test('the menu has no screen that refuses the person: an administrator has no part in jobs', () => {
  const may = new Set(['people.read', 'people.manage', 'approvals.read', 'audit.read']);
  expect(groupsFor(may).flatMap(({ screens }) => screens.map(({ name }) => name))).toEqual(['approvals', 'users', 'audit']);
});

test('the screens of the whole installation are for those who may see all brands', () => {
  const names = (may: readonly string[]) => groupsFor(new Set(may)).flatMap(({ screens }) => screens.map(({ name }) => name));
  const shared = ['providers', 'backlog', 'deadLetters', 'nodes'];
  expect(names(['operations.read'])).toContain('weeks');
  for (const name of shared) expect(names(['operations.read'])).not.toContain(name);
  expect(names(['operations.read', forAllBrands('operations.read')])).toEqual(expect.arrayContaining(shared));
});

test('what is owed is summed by currency, and currencies are never added up', () => {
  const lines = [
    { currency: 'GBP', valueMinor: 500 },
    { currency: 'EUR', valueMinor: 200 },
    { currency: 'GBP', valueMinor: 250 },
  ];
  expect(owed(lines)).toBe('£7.50 + €2.00');
  expect(owed([])).toBe('–');
});

test('a brand that is switched off is named, and nobody says that all works', () => {
  const off = (brand: string, scope: string, name: string) => ({ brand, state: { scope, name, off: true } });
  const shown = (...nodes: { readonly brand: string; readonly state: unknown }[]) => switches({ killSwitches: { nodes } }).note;
  learnNames([{ id: 'northbet', name: 'Northbet', rewards: [{ rewardId: 'fb-5', configVersion: 1, title: '£5 free bet' }] }]);
  expect(shown(off('northbet', 'brand', ''))).toBe('all of Northbet');
  expect(shown(off('northbet', 'reward', 'fb-5'), off('', 'provider', 'wallet'))).toBe('“£5 free bet” of Northbet, wallet');
  learnNames([]);
  expect(shown({ brand: 'northbet', state: { scope: 'brand', name: '', off: false } })).toBe('No brand, reward or provider is switched off.');
});

test('each sort of case that waits leads to its list, and what does not wait is not shown', () => {
  const cases = { waitingCases: { lateBets: 1, heldRewards: 0 } };
  const letters = { deadLetterCounts: [{ app: 'progress', letters: 1200 }, { app: 'club', letters: 0 }] };
  expect(caseRows(cases, letters).map(({ what, path }) => [what, decodeURIComponent(path)])).toEqual([
    ['1,200 dead letters', '/deadLetters?filter={"app":"progress"}'],
    ['1 late bet', '/lateBets'],
  ]);
  expect(caseRows(undefined, undefined)).toEqual([]);
  expect([titleOf(1, 3), titleOf(0, 3), titleOf(0, 0)]).toEqual(['1 proposal waits for your decision', 'Nothing for you to decide. Open items:', 'Nothing needs your attention']);
  expect(emptyWords(new Set(['approvals.read', 'content.edit']))).toBe('');
  expect(emptyWords(new Set(['approvals.read', 'content.approve']))).toBe('Proposals of colleagues that you may approve appear here.');
});

const HEALTHY: HomeWeeks & HomeCounted = {
  countedBets: { until: '2026-11-25T14:30:00Z', waiting: false, problem: null },
  weeks: [{ isoWeek: '2026-W48', state: 'OPEN', waitsFor: null, until: null }],
};
const INSTALLATION: HomeLag & HomeNodes = {
  countedBets: HEALTHY.countedBets,
  consumerLag: { problem: null, partitions: [{ lag: 0, oldestAt: null }] },
  outboxes: [{ waiting: 0, oldestAt: null }],
  nodes: [{ node: 'main', alive: true, missing: 0 }],
};

test('the health says up to when bets are counted: now, or since when the oldest waits', () => {
  expect(countedUpTo(HEALTHY, null, '/weeks')).toMatchObject({ value: expect.stringContaining('14:30') as string, state: { tone: 'good' }, path: '/weeks' });
  const until = new Date(Date.now() - 240_000).toISOString();
  const behind = countedUpTo({ ...HEALTHY, countedBets: { until, waiting: true, problem: null } }, null, '/weeks');
  expect(behind).toMatchObject({ note: 'The oldest bet that waits came 4 min ago.', state: { tone: 'waiting' } });
});

test('the lag is the sum of what consumers have not applied, as in the title of its chart; what is not published is said apart', () => {
  const partitions = [{ lag: 3, oldestAt: new Date(Date.now() - 5000).toISOString() }];
  const shown = lag({ ...INSTALLATION, consumerLag: { problem: null, partitions }, outboxes: [{ waiting: 2, oldestAt: null }] });
  expect(shown).toMatchObject({ value: '3', note: 'The oldest has waited for 5 s. 2 messages aren’t on Kafka yet.' });
  expect(lag(INSTALLATION)).toMatchObject({ value: '0', note: 'Consumers have applied all that Kafka has.' });
});

test('what cannot be read is not fine', () => {
  const problem = 'Kafka does not answer';
  expect(countedUpTo({ ...HEALTHY, countedBets: { until: null, waiting: false, problem } }, null, '/weeks').state?.tone).toBe('bad');
  expect(lag({ ...INSTALLATION, consumerLag: { problem, partitions: [] } }).state?.tone).toBe('bad');
  expect(nodes({ ...INSTALLATION, nodes: [{ node: 'main', alive: false, missing: 0 }] })).toMatchObject({ value: '0 of 1', note: 'main isn’t responding' });
  expect(weekOf(HEALTHY, null)).toBe('Week of 23 Nov 2026 is open');
});

test('the home of risk shows what bets may cost and what they earned, and no product of the club’s cost alone', () => {
  const completeness: [] = [];
  const exposure = { columns: ['product', 'currency', 'sports_event_id', 'bets', 'exposure_minor'], rows: [['betting', 'GBP', '*', '1', '2000']], filling: null, completeness };
  const rows = ['betting', ''].map((product) => [product, 'GBP', '2026-11-25', '1000', '2000', '500', '500']);
  const revenue = { columns: ['product', 'currency', 'day', 'gross_minor', 'settled_minor', 'club_cost_minor', 'net_minor'], rows, filling: null, completeness };
  expect(betsPictures({ exposure, revenue }).map(({ finding }) => finding)).toEqual([
    'Open bets cost £20.00 if all win',
    '£10.00 gross revenue in seven days (margin 50%); £5.00 net, with free bets and rewards of £5.00 for this product',
  ]);
  const none = { columns: [], rows: [], filling: null, completeness };
  expect(betsPictures({ exposure: none, revenue: none })).toEqual([]);
});

test('a proposal is called by its kind and the name of what it is about; of a customer, by its kind alone', () => {
  learnNames([{ id: 'northbet', name: 'Northbet', rewards: [{ rewardId: 'fb-5', configVersion: 1, title: '£5 free bet' }] }]);
  const said = (subject: string | null) => proposalInWords('A proposal', subject);
  expect(said('content:northbet:fb-5')).toBe('A proposal: “£5 free bet”');
  expect(said('content:northbet:fb-5:3')).toBe('A proposal: “£5 free bet”');
  expect(said('budget:northbet:fb-5:2026-W48')).toBe('A proposal: “£5 free bet”, the week of 23 November');
  expect(said('budget:northbet:bb-25:every-week')).toBe('A proposal: “bb-25”, every week');
  expect(said('goodwill-budget:northbet:GBP:every-week')).toBe('A proposal: GBP, every week');
  expect(said('week:northbet:2026-W48')).toBe('A proposal: the week of 23 November');
  expect(said('scheme:northbet:GB:GBP:2')).toBe('A proposal: GB, GBP');
  expect([said('provider:wallet'), said('payouts:GBP')]).toEqual(['A proposal: wallet', 'A proposal: GBP']);
  expect([said(null), said('lobby:northbet')]).toEqual(['A proposal', 'A proposal']);
  learnNames([]);
});

test('a group that was collapsed still shows where one is, and nothing else', () => {
  const groups = groupsFor(new Set(['support.read', 'content.read', 'risk.read']));
  const shown = (path: string) => groups.flatMap((group) => shownOf(group, false, path)).map(({ label }) => label);
  expect(shown('/customers/northbet%3Ac-1003/show')).toEqual(['Customers']);
  expect(shown('/content')).toEqual(['Content']);
  expect(shown('/risk-customers')).toEqual(['Risk overview']);
  expect(shown('/')).toEqual([]);
});

test('the menu has the daily work of a role, and all else that it may open behind it', () => {
  const names = (groups: readonly Group[]) => groups.flatMap(({ screens }) => screens.map(({ name }) => name));
  const permitted = ['content.read', 'rules.read', 'approvals.read', 'jobs.read', 'events.board', 'lobby.read'];
  const menu = menuFor(new Set([...permitted, inRole('APPROVER')]));
  expect(names(menu.daily)).toEqual(['content', 'schemes', 'approvals']);
  expect(names(menu.rest)).toEqual(['board', 'lobby', 'jobs']);
  const both = menuFor(new Set([...permitted, inRole('APPROVER'), inRole('EDITOR')]));
  expect([names(both.daily), names(both.rest)]).toEqual([['content', 'schemes', 'board', 'lobby', 'approvals'], ['jobs']]);
});

test('whatever a role is, its daily work shows nothing that it may not open', () => {
  const menu = menuFor(new Set(['content.read', inRole('OPERATOR'), inRole('EDITOR')]));
  expect([menu.daily.flatMap(({ screens }) => screens.map(({ name }) => name)), menu.rest]).toEqual([['content'], []]);
  expect(menuFor(new Set(['content.read', 'jobs.read']))).toEqual({ daily: groupsFor(new Set(['content.read', 'jobs.read'])), rest: [] });
});
