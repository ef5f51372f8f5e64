/** The texts of the lobby in the language of the page. */
import type { Locale } from '@furlong/club';

import type { LaunchOutcome } from './launch';
import { AR } from './messages/ar';
import { DE } from './messages/de';
import { EN } from './messages/en';
import { IT } from './messages/it';
import type { LobbyWords } from './messages/messages';

const LANGUAGES: Readonly<Record<string, LobbyWords>> = { en: EN, de: DE, it: IT, ar: AR };

export function lobbyWords({ tag }: Pick<Locale, 'tag'>): LobbyWords {
  return LANGUAGES[tag.split('-')[0] ?? ''] ?? EN;
}

/** Why a game is not open. */
export function whyNotOpen(outcome: Exclude<LaunchOutcome, { kind: 'ready' }>, words: LobbyWords): string {
  if (outcome.kind === 'refused') return words.refused[outcome.code] ?? words.notOpened;
  return words.over[outcome.kind];
}
