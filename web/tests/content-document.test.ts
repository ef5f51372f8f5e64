/** What a text is asked for: games only where its kind of reward is used in games. */
import { expect, test } from 'vitest';

import { asksForGames } from '../backoffice/src/content/document.ts';

const REWARDS = [
  { rewardId: 'cash-2', configVersion: 1, namesGames: false },
  { rewardId: 'spins-10', configVersion: 1, namesGames: true },
];
const document = (...eligibleGames: readonly string[]) => ({ position: 1, eligibleGames, texts: [] });
const asks = (rewardId: string, ...games: readonly string[]) => asksForGames(REWARDS, { rewardId, configVersion: null }, document(...games));

test('a text is asked for games where its kind of reward names some, and where it names some already', () => {
  expect(asks('cash-2')).toBe(false);
  expect(asks('spins-10')).toBe(true);
  expect(asks('cash-2', 'Berry Pop')).toBe(true);
  expect(asks('not-here-yet')).toBe(true);
});
