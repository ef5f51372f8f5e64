/** A provider of rewards: how a new one begins, and what it says of itself in words. */
import { brandName } from '../../frame/names.ts';
import { money, word } from '../../money/amounts.ts';
import { WORDS } from '../../words/index.ts';

import type { Configuration, Provider } from '../../graph/generated/operations.ts';

/** A configuration for a provider that is new. */
export const NEW: Configuration = {
  position: 100,
  adapter: 'sportsbook',
  url: 'https://',
  secret: '',
  kinds: ['free_bet'],
  brands: [],
  currencies: [],
  limitMinor: 10_000,
  inFlight: 8,
  timeoutSeconds: 1.5,
  attempts: 3,
  pauseSeconds: 0.1,
  breakerFailures: 5,
  breakerRestSeconds: 10,
  keyHours: 24,
  learns: 'poll',
  pollMinutes: 60,
  enabled: true,
};

/** The words of a comma-separated field. */
export function names(text: string): string[] {
  return text.split(',').map((each) => each.trim()).filter((each) => each !== '');
}

export function offered({ configuration }: Provider): string {
  if (configuration === null) return '–';
  const { kinds, brands, currencies } = configuration;
  return `${word(kinds.join(', '))}; ${brands.map(brandName).join(', ') || WORDS.common.allBrandsInline}; ${currencies.join(', ') || WORDS.common.allCurrenciesInline}`;
}

/** The currency in which a limit is typed: a limit is a number of any currency's smallest coins. */
export const LIMIT_CURRENCY = 'GBP';

/** Return a limit in each currency that a provider pays in. */
export function limitInWords(limitMinor: number, currencies: readonly string[]): string {
  const shown = currencies.length === 0 ? [LIMIT_CURRENCY] : currencies;
  return shown.map((currency) => money(limitMinor, currency)).join(', ');
}

export function limits({ configuration }: Provider): string {
  if (configuration === null) return '–';
  const { limitMinor, currencies, inFlight, timeoutSeconds, attempts } = configuration;
  return WORDS.providers.aPersonDecidesAbove({
    limit: limitInWords(limitMinor, currencies),
    calls: WORDS.providers.callsAtOnce({ calls: inFlight }),
    timeoutSeconds,
    attempts: WORDS.providers.attemptsOfEach({ attempts }),
  });
}

export function waits({ waiting }: Provider): string {
  return Object.entries(waiting as Readonly<Record<string, number>>).map(([state, number]) => `${number} ${state}`).join(', ') || WORDS.providers.noneWait;
}
