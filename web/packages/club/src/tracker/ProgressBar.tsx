/** The counted amount as a bar. */
import type { Progress } from '@furlong/client';
import { useLocale } from '../locale/locale';
import { shownStake } from './standing';

export function ProgressBar({ progress }: { readonly progress: Progress }) {
  const { words, money, percent, fill } = useLocale();
  const values = {
    staked: money(shownStake(progress)),
    target: money(progress.target),
    percent: percent(progress.percent),
  };
  return (
    <div
      className="club-bar"
      role="progressbar"
      aria-label={words.progress}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={progress.percent}
      aria-valuetext={fill(words.progressValue, values)}
      data-qualified={progress.qualified}
    >
      <span style={{ inlineSize: `${progress.percent}%` }} />
    </div>
  );
}
