/** Names for the parts of the generated types, and lists of the values of enums. */
import type {
  ClubQuery,
  ClubUpdatedSubscription,
  CountedEventsQuery,
  OptInMutation,
  PastWeeksQuery,
  RecentBetsQuery,
  SlipPreviewQuery,
} from '../generated/operations.ts';

export type {
  ClubState,
  ContributionReason,
  ErrorCode,
  FulfilmentStatus,
  IneligibleReason,
  UnavailableReason,
  WeekState,
} from '../generated/operations.ts';
export { RewardKind } from '../generated/rewardKinds.ts';

export const CLUB_STATES = [
  'NOT_OPTED_IN',
  'TRACKING',
  'QUALIFIED',
  'CONFIRMED',
  'FULFILLING',
  'CREDITED',
  'USED',
  'EXPIRED',
  'MISSED',
  'INELIGIBLE',
] as const;

export const WEEK_STATES = ['OPEN', 'PROVISIONAL', 'CLOSED'] as const;

export const INELIGIBLE_REASONS = [
  'SELF_EXCLUDED',
  'RG_RESTRICTED',
  'PROMO_RESTRICTED',
  'UNVERIFIED',
  'SUSPENDED',
  'ACCOUNT_CLOSED',
  'JURISDICTION',
  'CURRENCY',
  'NOT_OFFERED',
] as const;

export const UNAVAILABLE_REASONS = ['PAUSED', 'BUDGET_SPENT', 'NOT_STARTED', 'ENDED'] as const;

export const CONTRIBUTION_REASONS = [
  'COUNTED',
  'PARTIAL_VOID',
  'BELOW_MIN_STAKE',
  'BELOW_MIN_ODDS',
  'FREE_BET_STAKE',
  'VOID',
  'CASHED_OUT',
  'EXCLUDED_BET_TYPE',
  'EXCLUDED_PRODUCT',
  'EXCLUDED_EVENT',
  'OUTSIDE_WEEK',
  'LATE',
  'BEFORE_OPT_IN',
  'WRONG_CURRENCY',
  'PRICE_PENDING',
  'EVENT_PENDING',
  'DISPUTED',
] as const;

export const ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'TERMS_OUTDATED',
  'CLUB_PAUSED',
  'WEEK_CLOSED',
  'ALREADY_OPTED_IN',
  'NOT_MEMBER',
  'INELIGIBLE',
  'CHOICE_LOCKED',
  'OPTION_WITHDRAWN',
  'OPTION_NOT_ALLOWED',
  'BUDGET_SPENT',
  'VERSION_CONFLICT',
  'UPSTREAM_PENDING',
  'UPSTREAM_REFUSED',
  'IDEMPOTENCY_REUSED',
] as const;

export const FULFILMENT_STATUSES = ['WAITING', 'SENT', 'CREDITED', 'REVIEW', 'USED', 'EXPIRED'] as const;

export type ClubData = ClubQuery;
export type ClubUpdatedData = ClubUpdatedSubscription;
export type Club = NonNullable<ClubQuery['club']>;
export type Membership = Club['membership'];
export type Progress = NonNullable<Club['progress']>;
export type Money = Progress['staked'];
export type RewardOption = NonNullable<Club['options']>[number];
export type RewardChoice = NonNullable<Club['choice']>;
export type Fulfilment = NonNullable<Club['fulfilment']>;

/** The data of each mutation: `AfterChange`, a part of the club. */
export type ClubPayload = OptInMutation['optIn'];
export type ClubError = ClubPayload['errors'][number];

export type Preview = NonNullable<SlipPreviewQuery['betslipPreview']>;
export type RecentBet = NonNullable<NonNullable<RecentBetsQuery['club']>['progress']>['recentBets'][number];

/** What bets must be on to count, if not all events count. */
export type CountedEvents = NonNullable<NonNullable<CountedEventsQuery['club']>['countedEvents']>;

/** A club of `recentClubs`. */
export type PastWeek = NonNullable<PastWeeksQuery['recentClubs']>[number];
