/** Beside the club: that free spins were won, and the way to the games on which they are played. */
import { useLocale } from '@furlong/club';

import { momentInWords } from '../money/words';
import { PageLink } from '../site/PageLink';
import type { FreeSpins } from './freeSpins';
import { lobbyWords } from './words';

interface FreeSpinsNoticeProps {
  readonly award: FreeSpins;
  readonly onGames: (group: string) => void;
}

export function FreeSpinsNotice({ award: { id, spins, expiresAt, group }, onGames }: FreeSpinsNoticeProps) {
  const locale = useLocale();
  const words = lobbyWords(locale);
  return (
    <aside className="card free-spins" aria-labelledby={`${id}-spins`} data-testid="free-spins-notice">
      <h2 id={`${id}-spins`}>
        <bdi>{locale.fill(words.freeSpinsOn, { group: group.name })}</bdi>
      </h2>
      <p>
        {locale.count(words.freeSpins, spins)} {expiresAt !== null && locale.fill(words.useBy, { moment: momentInWords(expiresAt, locale) })}
      </p>
      <PageLink page="casino" group={group.id} className="quiet" testid="play-free-spins" onFollow={() => onGames(group.id)}>
        {words.playFreeSpins}
      </PageLink>
    </aside>
  );
}
