import { afterEach, expect, test } from 'vitest';

import { learnNames } from '../backoffice/src/frame/names.ts';
import { nameOf, switchables } from '../backoffice/src/operations/switchable.ts';

import type { KillSwitch } from '../backoffice/src/graph/generated/operations.ts';

const BRAND = {
  id: 'northbet',
  name: 'Northbet',
  rewards: [1, 2].flatMap((configVersion) => [
    { rewardId: 'fb-5', configVersion, title: '£5 free bet' },
    { rewardId: 'bb-25', configVersion, title: null },
  ]),
};
const decided = (id: string, state: object) => ({ id, brand: 'northbet', state, applied: [], missing: [] }) as unknown as KillSwitch;

afterEach(() => learnNames([]));

test('all that can be switched is listed once, what is paused first', () => {
  learnNames([BRAND]);
  const rows = switchables([decided('1', { scope: 'provider', name: 'wallet', off: false }), decided('2', { scope: 'reward', name: 'fb-5', off: true })], BRAND);
  expect(rows.map((row) => [nameOf(row), row.state.off])).toEqual([
    ['“£5 free bet” of Northbet', true],
    ['Provider wallet', false],
    ['Brand Northbet', false],
    ['“bb-25” of Northbet', false],
  ]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(4);
  const all = switchables([decided('1', { scope: 'brand', name: 'northbet', off: true })], BRAND);
  expect(all.map((row) => nameOf(row))).toEqual(['Brand Northbet', '“£5 free bet” of Northbet', '“bb-25” of Northbet']);
  expect(switchables([], undefined)).toEqual([]);
});

test('a provider that was never switched runs, and is listed once', () => {
  const rows = switchables([decided('1', { scope: 'provider', name: 'wallet', off: true })], undefined, ['exchange', 'wallet']);
  expect(rows.map((row) => [nameOf(row), row.state.off, row.brand])).toEqual([
    ['Provider wallet', true, 'northbet'],
    ['Provider exchange', false, '*'],
  ]);
});

test('the switch of another brand says nothing of this one', () => {
  const rows = switchables([{ ...decided('1', { scope: 'brand', name: '', off: true }), brand: 'southbet' }], BRAND);
  expect(rows.filter(({ state }) => state.scope === 'brand').map(({ brand, state }) => [brand, state.off])).toEqual([
    ['southbet', true],
    ['northbet', false],
  ]);
});
