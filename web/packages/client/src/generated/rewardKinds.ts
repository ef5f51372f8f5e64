/* Written by `make compose`, from subgraphs/club_kit/domain/reward_kinds/. */

/** Each kind of reward: the path of its picture (24 by 24), and whether it expires once credited. */
export const RewardKind = {
  FREE_BET: { glyph: 'M4 8h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4zm9 1v1m0 3v1m0 3v1', expires: true },
  BET_BOOST: { glyph: 'M5 19 12 5l7 14M8.5 14.5 12 8l3.5 6.5', expires: true },
  FREE_SPINS: { glyph: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5', expires: true },
  CASINO_BONUS: { glyph: 'M12 4s7 5.5 7 9.5a3.6 3.6 0 0 1-6 2.4V20h-2v-4.1a3.6 3.6 0 0 1-6-2.4C5 9.5 12 4 12 4z', expires: true },
  CASH: { glyph: 'M4 7h16v10H4zm8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM7 12h.01M17 12h.01', expires: false },
} as const;

export type RewardKind = keyof typeof RewardKind;
