/** Won free spins on the casino's page: how many, until when, and the games on which they are played. */
import { useLocale } from '@furlong/club';
import { useEffect, useRef } from 'react';

import { momentInWords } from '../money/words';
import type { FreeSpins } from './freeSpins';
import type { Game } from './games';
import { GamesSection } from './GamesSection';
import { lobbyWords } from './words';

interface FreeSpinsSectionProps {
  readonly award: FreeSpins;
  /** Whether the page was opened for these games. */
  readonly isWanted: boolean;
  readonly origins: readonly string[];
  readonly onPlay: (game: Game, demo: boolean, button: HTMLButtonElement) => void;
}

export function FreeSpinsSection({ award: { spins, expiresAt, group }, isWanted, origins, onPlay }: FreeSpinsSectionProps) {
  const locale = useLocale();
  const words = lobbyWords(locale);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    if (isWanted) heading.current?.focus();
  }, [isWanted]);

  const section = { id: group.id, name: locale.fill(words.freeSpinsOn, { group: group.name }), games: group.games };
  return (
    <GamesSection section={section} origins={origins} hasMoney onPlay={onPlay} testid="free-spins" heading={heading}>
      <p className="free-spins-note">
        {locale.count(words.freeSpins, spins)} {expiresAt !== null && locale.fill(words.useBy, { moment: momentInWords(expiresAt, locale) })}{' '}
        {words.left}
      </p>
    </GamesSection>
  );
}
