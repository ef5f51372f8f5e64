/** Texts for every code of the schema. */
import type {
  ClubError,
  ClubState,
  ContributionReason,
  ErrorCode,
  IneligibleReason,
  UnavailableReason,
  WeekState,
} from '../graphql/types';

const CONTRIBUTIONS: Readonly<Record<ContributionReason, string>> = {
  COUNTED: 'Counts towards your target.',
  PARTIAL_VOID: 'Part of the bet was void; the rest counts.',
  BELOW_MIN_STAKE: 'Does not count: stake below the club’s minimum.',
  BELOW_MIN_ODDS: 'Does not count: odds below the club’s minimum.',
  FREE_BET_STAKE: 'Does not count: stakes from free bets are not part of the club.',
  VOID: 'Does not count: the bet was void and the stake returned.',
  CASHED_OUT: 'Does not count: the bet was cashed out.',
  EXCLUDED_BET_TYPE: 'Does not count: this type of bet is not part of the club.',
  EXCLUDED_PRODUCT: 'Does not count: this product is not part of the club.',
  OUTSIDE_WEEK: 'Does not count: the bet was placed outside this week.',
  LATE: 'Does not count: the bet reached us after the week had closed.',
  BEFORE_OPT_IN: 'Does not count: the bet was placed before you joined the club.',
  WRONG_CURRENCY: 'Does not count: the bet is in a different currency from the club’s.',
  PRICE_PENDING: 'Not counted yet: the starting price is not known.',
  DISPUTED: 'Not counted yet: we are checking whose bet this is.',
};

export function sentenceForContribution(reason: ContributionReason): string {
  return CONTRIBUTIONS[reason];
}

const INELIGIBLE: Readonly<Record<IneligibleReason, string>> = {
  SELF_EXCLUDED: 'The club is not available while you are self-excluded.',
  RG_RESTRICTED: 'The club is not available with the limits on your account.',
  PROMO_RESTRICTED: 'Promotions are not available on your account.',
  UNVERIFIED: 'The club is open to verified accounts. Verify your account to join.',
  SUSPENDED: 'The club is not available while your account is suspended.',
  ACCOUNT_CLOSED: 'The club is not available to closed accounts.',
  JURISDICTION: 'The club is not offered where you live.',
  CURRENCY: 'The club is not offered in the currency of your account.',
};

export function sentenceForIneligible(reason: IneligibleReason | null): string {
  // The page may be older than the service, which may have new reasons.
  return reason !== null && reason in INELIGIBLE ? INELIGIBLE[reason] : 'The club is not available on your account.';
}

const UNAVAILABLE: Readonly<Record<UnavailableReason, string>> = {
  PAUSED: 'Paused for now',
  BUDGET_SPENT: 'All given out',
  NOT_STARTED: 'Not yet offered',
  ENDED: 'No longer offered',
};

export function wordsForUnavailable(reason: UnavailableReason | null): string {
  return reason === null ? 'Not available' : UNAVAILABLE[reason];
}

const STATES: Readonly<Record<ClubState, string>> = {
  NOT_OPTED_IN: 'Not joined',
  TRACKING: 'In progress',
  QUALIFIED: 'Target reached',
  CONFIRMED: 'Reward confirmed',
  FULFILLING: 'Reward on its way',
  CREDITED: 'Reward credited',
  USED: 'Reward used',
  EXPIRED: 'Reward expired',
  MISSED: 'Target not reached',
  INELIGIBLE: 'Not available',
};

export function wordsForState(state: ClubState | null): string {
  return state === null ? 'Not known at the moment' : STATES[state];
}

/** A text about a week that is not open; null for an open one. */
export function sentenceForWeek(state: WeekState): string | null {
  switch (state) {
    case 'OPEN':
      return null;
    case 'PROVISIONAL':
      return 'This week has ended. Late results are still being added.';
    case 'CLOSED':
      return 'This week is closed.';
  }
}

const ERRORS: Readonly<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'Your session has ended. Sign in again.',
  FORBIDDEN: 'You are signed in to another site.',
  TERMS_OUTDATED: 'The terms have changed. Read the new terms, then join again.',
  WEEK_CLOSED: 'This week is closed, so it cannot be changed any more.',
  ALREADY_OPTED_IN: 'You are already in the club.',
  NOT_MEMBER: 'Join the club first.',
  INELIGIBLE: 'The club is not available on your account.',
  CHOICE_LOCKED: 'The reward of this week can no longer be changed.',
  OPTION_WITHDRAWN: 'That reward is no longer offered. Choose another one.',
  OPTION_NOT_ALLOWED: 'That reward is not available to you. Choose another one.',
  BUDGET_SPENT: 'No more of that reward can be chosen this week. Choose another one.',
  VERSION_CONFLICT: 'Your reward was changed somewhere else. Look at it below, then choose again.',
  UPSTREAM_PENDING: 'This is being confirmed.',
  UPSTREAM_REFUSED: 'This was not accepted, and nothing was changed.',
  IDEMPOTENCY_REUSED: 'This could not be sent. Try again.',
};

/** Our own text if the code is known, else the service's. */
export function sentenceForError({ code, message }: ClubError): string {
  return code in ERRORS ? ERRORS[code] : message;
}
