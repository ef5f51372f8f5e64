/** The counted amount, as a share of the target. */
import type { Progress } from '../graphql/types';

export function ProgressMeter({ progress }: { readonly progress: Progress }) {
  const { staked, target, percent, countedBets, qualified } = progress;
  const bets = countedBets === 1 ? '1 bet counted' : `${countedBets} bets counted`;
  return (
    <div className="meter">
      <p className="meter-sums" aria-live="polite">
        <span className="meter-staked" data-testid="tracker-staked">{staked.display}</span>
        <span className="meter-of">
          {' '}of <span data-testid="tracker-target">{target.display}</span>
        </span>
      </p>
      <div
        className="bar"
        role="progressbar"
        aria-label="Progress towards your reward"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${staked.display} of ${target.display}, ${percent} per cent`}
        data-qualified={qualified}
      >
        <span style={{ width: `${percent}%` }} />
      </div>
      <p className="meter-detail">
        <span>{bets}</span>
        <span>{percent}%</span>
      </p>
    </div>
  );
}
