/** The games of a lobby as the page shows them. */
import type { LobbyQuery } from '../generated/blocks';

export type Lobby = NonNullable<LobbyQuery['lobby']>;
export type Section = Lobby['sections'][number];
export type Game = Section['games'][number];

/** How many games of a section are read, and how many are shown at first. */
export const MAX_GAMES = 40;
export const SHOWN_FIRST = 8;

const HUES = 360;
const PRIME = 31;
const LETTERS = 2;

/** The letters on the tile of a game without a picture: of its first words. */
export function lettersOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  return words
    .slice(0, LETTERS)
    .map((word) => (Array.from(word).at(0) ?? '').toUpperCase())
    .join('');
}

/** The hue of such a tile: always the same of a game, and mostly another of another. */
export function hueOf(id: string): number {
  return Array.from(id).reduce((sum, letter) => (sum * PRIME + (letter.codePointAt(0) ?? 0)) % HUES, 0);
}

/** The sections that have games. */
export function shownSections({ sections }: Lobby): readonly Section[] {
  return sections.filter(({ games }) => games.length > 0);
}
