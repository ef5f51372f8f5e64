/** Announces once, to screen readers, that the counted amount has changed or the target is reached. */
import { useState } from 'react';

import type { Club, Progress } from '@furlong/client';
import { useLocale, type Locale } from '../locale/locale';
import { shownStake } from './standing';

export function Announcer({ club }: { readonly club: Club }) {
  const locale = useLocale();
  const { id, progress } = club;
  const [heard, setHeard] = useState<Heard>({ id, progress, text: '' });
  if (heard.id !== id || heard.progress !== progress) {
    setHeard({ id, progress, text: heard.id === id ? announce(heard, progress, locale) : '' });
  }
  return (
    <p className="club-hidden" role="status" data-testid="announced">
      {heard.text}
    </p>
  );
}

interface Heard {
  readonly id: string;
  readonly progress: Progress | null;
  readonly text: string;
}

/** The announcement after a change; unchanged unless an amount has changed. */
export function announce(heard: Omit<Heard, 'id'>, now: Progress | null, locale: Locale): string {
  const before = heard.progress;
  if (before === null || now === null) return heard.text;
  const [stakedBefore, staked] = [shownStake(before), shownStake(now)];
  if (stakedBefore.minor === staked.minor) return heard.text;
  const { words, money, fill } = locale;
  const values = { staked: money(staked), target: money(now.target) };
  if (now.qualified && !before.qualified) return fill(words.reached, values);
  return fill(staked.minor < stakedBefore.minor ? words.lowered : words.sums, values);
}
