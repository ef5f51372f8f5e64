/** One reward: what it is, its significant terms, and whether it can be chosen. */
import type { RewardOption } from '@furlong/client';
import { CheckMark, RewardPicture } from './RewardPicture';
import { useLocale } from '../locale/locale';
import { ActionButton } from '../tracker/ActionButton';
import { NewTabLink } from '../tracker/NewTabLink';

export type Mark = 'none' | 'by-default' | 'chosen';

interface RewardCardProps {
  readonly option: RewardOption;
  readonly mark: Mark;
  readonly mayChoose: boolean;
  readonly whyNot: string | null;
  readonly onChoose: (optionId: string) => void;
}

export function RewardCard(props: RewardCardProps) {
  const { option, mark } = props;
  const { words, fill } = useLocale();
  return (
    <li
      className="club-reward"
      data-testid={`option-${option.id}`}
      data-chosen={mark !== 'none'}
      data-available={option.available}
    >
      <RewardPicture option={option} />
      <div className="club-reward-text">
        <h5>
          <bdi>{option.title}</bdi>
        </h5>
        <RewardAction {...props} />
        <p>
          <bdi>{option.summary}</bdi>
        </p>
        <p className="club-small">
          <bdi>{option.significantTerms}</bdi>{' '}
          <NewTabLink href={option.termsUrl} label={fill(words.termsOf, { title: option.title })}>
            {words.terms}
          </NewTabLink>
        </p>
      </div>
    </li>
  );
}

function RewardAction({ option, mark, mayChoose, whyNot, onChoose }: RewardCardProps) {
  const { words, fill } = useLocale();
  if (mark !== 'none') {
    return (
      <p className="club-mark">
        <CheckMark /> <span>{mark === 'chosen' ? words.markChosen : words.markDefault}</span>
      </p>
    );
  }
  if (!option.available) {
    const { unavailableReason: reason } = option;
    return <p className="club-unavailable">{reason === null ? words.unavailableUnknown : words.unavailable[reason]}</p>;
  }
  if (!mayChoose) return null;
  return (
    <ActionButton
      className="club-secondary club-choose"
      testid={`choose-${option.id}`}
      label={fill(words.chooseThis, { title: option.title })}
      why={whyNot}
      onPress={() => onChoose(option.id)}
    >
      {words.choose}
    </ActionButton>
  );
}
