/** Why a bet counts or not, with the numbers that decided, as support says it. */
import type { Preview, RecentBet } from '@furlong/client';
import type { Locale } from '../locale/locale';

export function whyCounted(bet: RecentBet, { words, money, odds, fill }: Locale): string {
  const { reason, oddsMilli, minOddsMilli, minStake, stake } = bet;
  if (reason === 'BELOW_MIN_ODDS' && oddsMilli !== null && minOddsMilli !== null) {
    return fill(words.below.odds, { value: odds(oddsMilli), least: odds(minOddsMilli) });
  }
  if (reason === 'BELOW_MIN_STAKE' && minStake !== null) {
    return fill(words.below.stake, { value: money(stake), least: money(minStake) });
  }
  return words.contributions[reason];
}

/** For a slip, whose own numbers stand beside it. */
export function whyNotCounted(preview: Preview, { words, money, odds, fill }: Locale): string {
  const { reason, minOddsMilli, minStake } = preview;
  if (reason === 'BELOW_MIN_ODDS' && minOddsMilli !== null) return fill(words.below.slipOdds, { least: odds(minOddsMilli) });
  if (reason === 'BELOW_MIN_STAKE' && minStake !== null) return fill(words.below.slipStake, { least: money(minStake) });
  return words.slipReasons[reason] ?? words.contributions[reason];
}
