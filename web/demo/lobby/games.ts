/** The games of a lobby as the page shows them. */
import type { LobbyQuery } from '../generated/operations';

export type Lobby = NonNullable<LobbyQuery['lobby']>;
export type Section = Lobby['sections'][number];
export type Game = Section['games'][number];

/** How many games of a section are read, and how many are shown at first. */
export const MAX_GAMES = 40;
export const SHOWN_FIRST = 8;

const HUES = 360;
const PRIME = 31;
const LARGE_PRIME = 1_000_003;
/** Degrees by which neighbours differ: the golden angle. */
const APART = 137;
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
  const sum = Array.from(id).reduce((before, letter) => (before * PRIME + (letter.codePointAt(0) ?? 0)) % LARGE_PRIME, 0);
  return (sum * APART) % HUES;
}

/** The sections that have games. */
export function shownSections({ sections }: Lobby): readonly Section[] {
  return sections.filter(({ games }) => games.length > 0);
}
