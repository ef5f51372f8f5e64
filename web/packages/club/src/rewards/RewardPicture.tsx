/** The picture of a reward: the editors' picture, or a default for its kind. */
import { useState } from 'react';

import type { RewardKind, RewardOption } from '@furlong/client';

const GLYPHS: Readonly<Record<RewardKind, string>> = {
  FREE_BET: 'M4 8h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4zm9 1v1m0 3v1m0 3v1',
  BET_BOOST: 'M5 19 12 5l7 14M8.5 14.5 12 8l3.5 6.5',
  FREE_SPINS: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5',
  CASINO_BONUS: 'M12 4s7 5.5 7 9.5a3.6 3.6 0 0 1-6 2.4V20h-2v-4.1a3.6 3.6 0 0 1-6-2.4C5 9.5 12 4 12 4z',
  CASH: 'M4 7h16v10H4zm8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM7 12h.01M17 12h.01',
};

export function RewardPicture({ option }: { readonly option: RewardOption }) {
  const [broken, setBroken] = useState(false);
  if (option.imageUrl !== null && !broken) {
    return <img className="club-picture" src={option.imageUrl} alt="" onError={() => setBroken(true)} />;
  }
  return (
    <svg className="club-picture" viewBox="0 0 24 24" aria-hidden="true">
      <path d={GLYPHS[option.kind]} />
    </svg>
  );
}

export function CheckMark() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="m3 8.5 3.2 3.2L13 5" />
    </svg>
  );
}
