/** The rewards to choose from, with the chosen one marked. */
import { RewardCard } from './RewardCard';
import type { RewardChoice, RewardOption } from '../graphql/types';

interface RewardListProps {
  readonly options: readonly RewardOption[] | null;
  readonly choice: RewardChoice | null;
  /** The newest response could not load the catalogue. */
  readonly unreached: boolean;
  readonly mayChoose: boolean;
  readonly busy: boolean;
  readonly onChoose: (optionId: string) => void;
}

export function RewardList({ options, choice, unreached, mayChoose, busy, onChoose }: RewardListProps) {
  return (
    <section className="rewards" aria-labelledby="rewards-title">
      <h4 id="rewards-title">{mayChoose ? 'Choose your reward' : 'Rewards'}</h4>
      {choice !== null && <Chosen choice={choice} />}
      {unreached && <p className="unreached">The rewards cannot be updated at the moment.</p>}
      <ul>
        {(options ?? []).map((option) => (
          <RewardCard
            key={option.id}
            option={option}
            chosen={chosenAs(option, choice)}
            mayChoose={mayChoose}
            busy={busy}
            onChoose={onChoose}
          />
        ))}
      </ul>
    </section>
  );
}

function chosenAs(option: RewardOption, choice: RewardChoice | null): 'no' | 'by-default' | 'yes' {
  if (choice?.option.id !== option.id) return 'no';
  return choice.isDefault ? 'by-default' : 'yes';
}

function Chosen({ choice }: { readonly choice: RewardChoice }) {
  return (
    <div className="chosen">
      <p>
        {choice.isDefault ? 'If you choose no other: ' : 'Your reward: '}
        <strong data-testid="choice-title">{choice.option.title}</strong>
      </p>
      {choice.locked && <p className="chosen-note">It can no longer be changed for this week.</p>}
      {choice.notice === 'REWARD_WITHDRAWN' && (
        <p className="chosen-note">
          The reward you chose before was withdrawn, so the club’s standard reward took its place.
        </p>
      )}
    </div>
  );
}
