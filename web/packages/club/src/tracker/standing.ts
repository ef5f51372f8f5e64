/** Derives from a club what the screen shows, which actions are possible, and why others are not. */
import type { Club, ClubState, IneligibleReason, Money, Progress } from '@furlong/client';
import type { Locale } from '../locale/locale';
import type { Notice } from '../changes/notice';
import type { Messages } from '../messages/messages';

/** States in which the customer has or will get this week's reward, even after leaving the club. */
const HOLDING: readonly (ClubState | null)[] = ['QUALIFIED', 'CONFIRMED', 'FULFILLING', 'CREDITED', 'USED', 'EXPIRED'];

export interface Standing {
  /** The customer is not eligible. */
  readonly barred: boolean;
  readonly member: boolean;
  /** Whether this week's target is reached, or was reached when the week closed. */
  readonly holds: boolean;
  readonly open: boolean;
  /** Whether to show the menu of rewards: the week is open, or its reward is known. */
  readonly showsRewards: boolean;
  readonly mayChoose: boolean;
  readonly mayJoin: boolean;
}

export function standingOf(club: Club): Standing {
  const barred = club.state === 'INELIGIBLE' || club.membership.blockedReason !== null;
  const member = club.membership.optedIn;
  const holds = holdsReward(club);
  const open = club.week.state === 'OPEN';
  return {
    barred,
    member,
    holds,
    open,
    showsRewards: open || (holds && club.choice !== null),
    mayChoose: member && open && club.choice?.locked !== true,
    mayJoin: !member && open,
  };
}

function holdsReward({ state }: Club): boolean {
  return HOLDING.includes(state);
}

/**
 * The sentence for an ineligible customer; null if nothing of the club is shown.
 *
 * Nothing is shown to customers whom safer-gambling rules exclude from promotions, and nothing for a reason
 * that this page does not know.
 */
export function sentenceForIneligible(reason: IneligibleReason | null, words: Messages): string | null {
  return reason !== null && reason in words.ineligible ? words.ineligible[reason] : null;
}

/** What is shown as staked: it stops at the target. */
export function shownStake({ staked, target, qualified }: Progress): Money {
  return qualified ? target : staked;
}

/** What a reached target has earned, and from when it is credited, in a sentence; null if there is nothing to say. */
export function wonSentence(club: Club, { words, moment, fill }: Locale): string | null {
  const { state, week, choice, progress } = club;
  if (state !== 'QUALIFIED' || week.state !== 'OPEN' || choice === null || progress?.qualified !== true) return null;
  return fill(words.won, { title: choice.option.title, moment: moment(week.provisionalUntil) });
}

/** What joining would bring, in a sentence; null if one cannot join, or no reward is known. */
export function dealSentence(club: Club, { words, fill, short }: Locale): string | null {
  const { choice, progress, membership } = club;
  if (!standingOf(club).mayJoin || holdsReward(club) || club.paused || membership.pending || choice === null || progress === null) return null;
  return fill(words.deal, { target: short(progress.target), title: choice.option.title });
}

/** What a member gets at the target, in a sentence; null after it, or if no reward is known. */
export function rewardSentence(club: Club, { words, short, fill }: Locale): string | null {
  const { choice, progress } = club;
  if (!club.membership.optedIn || choice === null || progress === null || progress.qualified) return null;
  return fill(words.rewardAt, { target: short(progress.target), title: choice.option.title });
}

/** The state in a sentence; null for a state without one. */
export function storyOf(club: Club, words: Messages): string | null {
  const { state } = club;
  if (state === null || state === 'INELIGIBLE') return null;
  if (state === 'QUALIFIED' && !club.membership.optedIn) return words.keptAfterLeaving;
  return words.stories[state];
}

/** Why no change can be made at the moment; null if one can. */
export function whyNoChange(club: Club, notice: Notice, words: Messages): string | null {
  if (notice.kind === 'sending') return words.whySending;
  return club.membership.pending || club.choice?.pending === true ? words.whyBusy : null;
}

/** The title of the requested reward that is not confirmed yet; null if this page does not know it. */
export function rewardAskedFor(club: Club, notice: Notice): string | null {
  if (!('change' in notice) || notice.change.kind !== 'change-reward') return null;
  const { optionId } = notice.change;
  return club.options?.find(({ id }) => id === optionId)?.title ?? null;
}
