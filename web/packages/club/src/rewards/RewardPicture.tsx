/** The picture of a reward: the editors' picture, or a default for its kind. */
import { useState } from 'react';

import { RewardKind, type RewardOption } from '@furlong/client';

export function RewardPicture({ option }: { readonly option: RewardOption }) {
  const [broken, setBroken] = useState(false);
  if (option.imageUrl !== null && !broken) {
    return <img className="club-picture" src={option.imageUrl} alt="" onError={() => setBroken(true)} />;
  }
  return (
    <svg className="club-picture" viewBox="0 0 24 24" aria-hidden="true">
      <path d={RewardKind[option.kind].glyph} />
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
