/** The homes of the back office ask only for what the admin graph has. */
import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';

import { LAG_HISTORY } from '../backoffice/src/charts/LagCharts.tsx';
import { LIABILITY_HOURS } from '../backoffice/src/charts/LiabilityChart.tsx';
import { HOME_QUERIES, owed } from '../backoffice/src/home/figures.ts';
import { countedUpTo, HEALTH, lag, nodes, weekOf, type Health } from '../backoffice/src/home/HealthCard.tsx';
import { caseRows, titleOf, WAITING_CASES, WAITING_LETTERS } from '../backoffice/src/home/waiting.ts';

test('the queries of the homes are valid', () => {
  const graph = buildSchema(readFileSync(new URL('../../admin.graphql', import.meta.url), 'utf8'));
  for (const query of [...HOME_QUERIES, HEALTH, LAG_HISTORY, LIABILITY_HOURS, WAITING_CASES, WAITING_LETTERS]) expect(validate(graph, parse(query))).toEqual([]);
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

test('each sort of case that waits leads to its list, and what does not wait is not shown', () => {
  const cases = { waitingCases: { lateBets: 1, heldRewards: 0 } };
  const letters = { deadLetterCounts: [{ app: 'progress', letters: 1200 }, { app: 'club', letters: 0 }] };
  expect(caseRows(cases, letters).map(({ what, path }) => [what, decodeURIComponent(path)])).toEqual([
    ['1,200 dead letters', '/deadLetters?filter={"app":"progress"}'],
    ['1 late bet', '/lateBets'],
  ]);
  expect(caseRows(undefined, undefined)).toEqual([]);
  expect([titleOf(1, 3), titleOf(0, 3), titleOf(0, 0)]).toEqual(['1 proposal waits for your decision', 'Nothing waits for your decision; these wait for somebody', 'Nothing waits']);
});

const HEALTHY: Health = {
  consumerLag: { readAt: '2026-11-25T14:30:00Z', problem: null, partitions: [{ group: 'furlong-progress', lag: 0, oldestAt: null }] },
  outboxes: [{ waiting: 0, oldestAt: null }],
  nodes: [{ node: 'main', alive: true, missing: 0 }],
  weeks: [{ isoWeek: '2026-W48', state: 'OPEN', waitsFor: null, until: null }],
};

test('the health says up to when bets are counted: now, or since when the oldest waits', () => {
  expect(countedUpTo(HEALTHY, null).value).toContain('14:30');
  const partitions = [{ group: 'furlong-progress.c1', lag: 3, oldestAt: '2026-11-25T14:26:00Z' }];
  const behind = countedUpTo({ ...HEALTHY, consumerLag: { ...HEALTHY.consumerLag, partitions } }, null);
  expect(behind.value).toContain('14:26');
  expect(behind.note).toBe('3 records of bets wait, the oldest for 4 min.');
});

test('what cannot be read is not fine', () => {
  const away = { ...HEALTHY, consumerLag: { ...HEALTHY.consumerLag, problem: 'Kafka does not answer', partitions: [] } };
  expect([countedUpTo(away, null).state?.tone, lag(away).state?.tone]).toEqual(['bad', 'bad']);
  expect(nodes({ ...HEALTHY, nodes: [{ node: 'main', alive: false, missing: 0 }] })).toMatchObject({ value: '0 of 1', note: 'main is silent' });
  expect(weekOf(HEALTHY, null)).toBe('2026-W48 is open');
});
