/** The rewards to choose from, with the chosen one marked; for a past week, only its reward. */
import { useId } from 'react';

import { RewardKind, type Club, type RewardChoice, type RewardOption } from '@furlong/client';
import { RewardCard, type Mark } from './RewardCard';
import { useLocale, type Locale } from '../locale/locale';
import type { Standing } from '../tracker/standing';

interface RewardListProps {
  readonly club: Club;
  readonly standing: Standing;
  /** The newest response could not load the catalogue. */
  readonly unreached: boolean;
  readonly whyNot: string | null;
  readonly onChoose: (optionId: string) => void;
}

export function RewardList({ club, standing, unreached, whyNot, onChoose }: RewardListProps) {
  const { options, choice } = club;
  const { words } = useLocale();
  const id = useId();
  const shown = inOrder((options ?? []).filter((option) => standing.open || option.id === choice?.option.id));
  return (
    <section className="club-rewards" aria-labelledby={id}>
      <h4 id={id}>{standing.mayChoose ? words.chooseReward : words.rewards}</h4>
      {choice !== null && <Chosen choice={choice} option={optionOf(club, choice)} standing={standing} />}
      {unreached && <p className="club-soft">{words.unreached.rewards}</p>}
      <ul>
        {shown.map((option) => (
          <RewardCard
            key={option.id}
            option={option}
            mark={markOf(option, choice, standing)}
            mayChoose={standing.mayChoose}
            whyNot={whyNot}
            onChoose={onChoose}
          />
        ))}
      </ul>
    </section>
  );
}

/** Those that can be chosen come first. */
export function inOrder(options: readonly RewardOption[]): readonly RewardOption[] {
  return [...options.filter(({ available }) => available), ...options.filter(({ available }) => !available)];
}

/** The chosen reward is marked only for members and for customers whose reward of the week is certain. */
export function markOf(option: RewardOption, choice: RewardChoice | null, standing: Standing): Mark {
  if (choice?.option.id !== option.id || (!standing.member && !standing.holds)) return 'none';
  return choice.isDefault && isChangeable(choice, standing) ? 'by-default' : 'chosen';
}

function isChangeable(choice: RewardChoice, { open, member }: Standing): boolean {
  return open && member && !choice.locked;
}

/** Null if the menu does not contain the reward, or is unavailable. */
function optionOf({ options }: Club, choice: RewardChoice): RewardOption | null {
  return options?.find(({ id }) => id === choice.option.id) ?? null;
}

interface ChosenProps {
  readonly choice: RewardChoice;
  readonly option: RewardOption | null;
  readonly standing: Standing;
}

function Chosen({ choice, option, standing }: ChosenProps) {
  const locale = useLocale();
  const { words } = locale;
  return (
    <div className="club-chosen">
      <p>
        {leadIn(choice, standing, locale)} <bdi data-testid="choice-title">{choice.option.title}</bdi>
      </p>
      {option !== null && standing.open && RewardKind[option.kind].expires && (
        <p className="club-soft">{locale.count(words.useWithin, option.expiresInDays)}</p>
      )}
      {isChangeable(choice, standing) && (
        <p className="club-soft">{locale.fill(words.locksAt, { moment: locale.moment(choice.locksAt) })}</p>
      )}
      {standing.open && choice.locked && <p className="club-soft">{words.locked}</p>}
      {choice.notice === 'REWARD_WITHDRAWN' && <p className="club-soft">{words.withdrawn}</p>}
    </div>
  );
}

function leadIn(choice: RewardChoice, standing: Standing, { words }: Locale): string {
  if (!standing.member && !standing.holds) return words.onceJoined;
  return choice.isDefault && isChangeable(choice, standing) ? words.unlessChosen : words.yourReward;
}
