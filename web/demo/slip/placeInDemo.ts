/** Places a single by the demo's simulated betting site, and says what became of it. */
import type { Keys, Session } from '@furlong/client';
import { formatMinor, shortReference, type Locale } from '@furlong/club';

import type { BetRequest } from '../betting/request';
import { slipWords } from '../messages';
import type { Told } from './BetSlip';
import { placeOnce, type Placed } from './place';

export interface DemoOutcome {
  readonly placed: Placed;
  readonly told: Told;
}

export async function placeInDemo(keys: Keys, session: Session, request: BetRequest, locale: Locale): Promise<DemoOutcome | null> {
  const [leg] = request.legs;
  if (leg === undefined || session.token === null) return null;
  const { selectionId, oddsMilli } = leg;
  const bet = { stakeMinor: request.stakeMinor, oddsMilli, betType: 'single', selectionId } as const;
  const placed = await placeOnce(fetch, keys, session.token, bet, locale.tag);
  const taken = placed.kind === 'placed' && placed.odds !== '' ? placed.odds : leg.odds;
  const amount = formatMinor(request.stakeMinor, request.currency, locale.tag);
  const text = locale.fill(slipWords(locale).bet, { amount, runner: leg.pick, odds: taken });
  const lasts = placed.kind === 'refused' || placed.kind === 'unknown';
  return { placed, told: { text: receipt(placed, text, locale), lasts, part: null, about: [selectionId] } };
}

function receipt(placed: Placed, bet: string, locale: Locale): string {
  const words = slipWords(locale);
  switch (placed.kind) {
    case 'placed': {
      const text = locale.fill(words.placed, { bet, id: shortReference(placed.betId) });
      return placed.isCounting ? text : `${text} ${words.later}`;
    }
    case 'refused':
      return locale.fill(words.refused[placed.code], { odds: placed.odds });
    case 'nowhere':
      return words.nowhere;
    case 'failed':
    case 'unknown':
      return words[placed.kind];
  }
}
