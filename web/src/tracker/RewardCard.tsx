/** One reward: what it is, its significant terms, and whether it can be chosen. */
import { useState } from 'react';

import type { RewardKind, RewardOption } from '../graphql/types';
import { wordsForUnavailable } from '../ui/words';

interface RewardCardProps {
  readonly option: RewardOption;
  /** Chosen by the customer, or the default until they choose. */
  readonly chosen: 'no' | 'by-default' | 'yes';
  readonly mayChoose: boolean;
  readonly busy: boolean;
  readonly onChoose: (optionId: string) => void;
}

export function RewardCard({ option, chosen, mayChoose, busy, onChoose }: RewardCardProps) {
  return (
    <li
      className="reward"
      data-testid={`option-${option.id}`}
      data-chosen={chosen !== 'no'}
      data-available={option.available}
    >
      <RewardPicture option={option} />
      <div className="reward-text">
        <div className="reward-top">
          <h5>{option.title}</h5>
          <RewardAction option={option} chosen={chosen} mayChoose={mayChoose} busy={busy} onChoose={onChoose} />
        </div>
        <p>{option.summary}</p>
        <p className="small-print">
          {option.significantTerms}{' '}
          <a href={option.termsUrl} target="_blank" rel="noreferrer">
            Terms<span className="visually-hidden"> of {option.title} (opens in a new tab)</span>
          </a>
        </p>
      </div>
    </li>
  );
}

function RewardAction({ option, chosen, mayChoose, busy, onChoose }: RewardCardProps) {
  if (chosen !== 'no') {
    return (
      <span className="mark">
        <CheckMark /> {chosen === 'yes' ? 'Your reward' : 'Yours by default'}
      </span>
    );
  }
  if (!option.available) {
    return <span className="unavailable">{wordsForUnavailable(option.unavailableReason)}</span>;
  }
  if (!mayChoose) return null;
  return (
    <button
      type="button"
      className="secondary"
      data-testid={`choose-${option.id}`}
      disabled={busy}
      onClick={() => onChoose(option.id)}
    >
      Choose<span className="visually-hidden"> {option.title}</span>
    </button>
  );
}

const GLYPHS: Readonly<Record<RewardKind, string>> = {
  FREE_BET: 'M4 8h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4zm9 1v1m0 3v1m0 3v1',
  BET_BOOST: 'M5 19 12 5l7 14M8.5 14.5 12 8l3.5 6.5',
  FREE_SPINS: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5',
  CASINO_BONUS: 'M12 4s7 5.5 7 9.5a3.6 3.6 0 0 1-6 2.4V20h-2v-4.1a3.6 3.6 0 0 1-6-2.4C5 9.5 12 4 12 4z',
  CASH: 'M4 7h16v10H4zm8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM7 12h.01M17 12h.01',
};

function RewardPicture({ option }: { readonly option: RewardOption }) {
  const [broken, setBroken] = useState(false);
  if (option.imageUrl !== null && !broken) {
    return <img className="reward-picture" src={option.imageUrl} alt="" onError={() => setBroken(true)} />;
  }
  return (
    <svg className="reward-picture" viewBox="0 0 24 24" aria-hidden="true">
      <path d={GLYPHS[option.kind]} />
    </svg>
  );
}

function CheckMark() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="m3 8.5 3.2 3.2L13 5" />
    </svg>
  );
}
