/** The free bets of the club: each pays the stake of one bet, alone and whole. */
import type { Wallet } from '../money/wallet';

export type FreeBet = Wallet['credits'][number];

/**
 * Those of a wallet that may pay for a bet, the first to expire first.
 *
 * @param now in milliseconds, as the product's credits expire
 */
export function freeBetsOf(wallet: Wallet | null, now: number): readonly FreeBet[] {
  if (wallet === null) return [];
  return wallet.credits.filter(
    ({ kind, isWhole, amount, product, expiresAt }) =>
      kind === 'FREE_BET' &&
      isWhole &&
      // What a bet reserves that is not decided yet is not there.
      amount.minor > 0 &&
      amount.currency === wallet.balance.currency &&
      (product === null || product === 'BETTING') &&
      (expiresAt === null || Date.parse(expiresAt) > now),
  );
}

/** What stands against paying for the bets of a slip with a free bet. */
export type FreeBetObstacle = 'several' | 'halves' | 'gone';

interface Bets {
  readonly count: number;
  readonly eachWay: boolean;
}

/** Null if it can pay. */
export function obstacleOf({ amount }: FreeBet, { count, eachWay }: Bets): FreeBetObstacle | null {
  if (count > 1) return 'several';
  return eachWay && amount.minor % 2 !== 0 ? 'halves' : null;
}
