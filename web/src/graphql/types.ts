/**
 * The data of the operations in `contracts/`, as far as this page reads it.
 *
 * Written by hand; `tests/contract.test.ts` compares the enums with the contract's schema and
 * validates every operation against it.
 */

export interface Money {
  readonly minor: number;
  readonly currency: string;
  readonly display: string;
}

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
export type ClubState = (typeof CLUB_STATES)[number];

export const WEEK_STATES = ['OPEN', 'PROVISIONAL', 'CLOSED'] as const;
export type WeekState = (typeof WEEK_STATES)[number];

export const REWARD_KINDS = ['FREE_BET', 'BET_BOOST', 'FREE_SPINS', 'CASINO_BONUS', 'CASH'] as const;
export type RewardKind = (typeof REWARD_KINDS)[number];

export const INELIGIBLE_REASONS = [
  'SELF_EXCLUDED',
  'RG_RESTRICTED',
  'PROMO_RESTRICTED',
  'UNVERIFIED',
  'SUSPENDED',
  'ACCOUNT_CLOSED',
  'JURISDICTION',
  'CURRENCY',
] as const;
export type IneligibleReason = (typeof INELIGIBLE_REASONS)[number];

export const UNAVAILABLE_REASONS = ['PAUSED', 'BUDGET_SPENT', 'NOT_STARTED', 'ENDED'] as const;
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

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
  'OUTSIDE_WEEK',
  'LATE',
  'BEFORE_OPT_IN',
  'WRONG_CURRENCY',
  'PRICE_PENDING',
  'DISPUTED',
] as const;
export type ContributionReason = (typeof CONTRIBUTION_REASONS)[number];

export const ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'TERMS_OUTDATED',
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
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface Membership {
  readonly optedIn: boolean;
  readonly pending: boolean;
  readonly version: number;
  readonly canOptIn: boolean;
  readonly blockedReason: IneligibleReason | null;
}

export interface Progress {
  readonly staked: Money;
  readonly target: Money;
  readonly remaining: Money;
  readonly percent: number;
  readonly qualified: boolean;
  readonly countedBets: number;
  readonly asOf: string | null;
}

export interface RewardOption {
  readonly id: string;
  readonly kind: RewardKind;
  readonly product: string;
  readonly value: Money | null;
  readonly spins: number | null;
  readonly title: string;
  readonly summary: string;
  readonly imageUrl: string | null;
  readonly significantTerms: string;
  readonly termsUrl: string;
  readonly expiresInDays: number;
  readonly available: boolean;
  readonly unavailableReason: UnavailableReason | null;
}

export interface RewardChoice {
  readonly version: number;
  readonly locked: boolean;
  readonly locksAt: string;
  readonly isDefault: boolean;
  readonly notice: 'REWARD_WITHDRAWN' | null;
  readonly pending: boolean;
  readonly option: { readonly id: string; readonly title: string };
}

/** The data of `Betslip`. */
export interface Club {
  readonly id: string;
  readonly state: ClubState | null;
  readonly week: {
    readonly id: string;
    readonly isoWeek: string;
    readonly endsAt: string;
    readonly state: WeekState;
  };
  readonly terms: { readonly version: string; readonly url: string };
  readonly membership: Membership;
  readonly progress: Progress | null;
  readonly options: readonly RewardOption[] | null;
  readonly choice: RewardChoice | null;
}

export interface BetslipData {
  readonly club: Club | null;
}

export interface ClubError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The data of each mutation: `AfterChange`, a part of the club. */
export interface ClubPayload {
  readonly errors: readonly ClubError[];
  readonly club: {
    readonly id: string;
    readonly state: ClubState | null;
    readonly membership: Pick<Membership, 'optedIn' | 'pending' | 'version'>;
    readonly progress: {
      readonly percent: number;
      readonly remaining: Pick<Money, 'display'>;
    } | null;
    readonly choice: Pick<RewardChoice, 'version' | 'pending' | 'option'> | null;
  } | null;
}

export interface Preview {
  readonly counts: boolean;
  readonly counted: Pick<Money, 'minor' | 'display'>;
  readonly reason: ContributionReason;
  readonly progressAfter: {
    readonly percent: number;
    readonly staked: Pick<Money, 'display'>;
  } | null;
}

export interface RecentBet {
  readonly betId: string;
  readonly placedAt: string;
  readonly stake: Pick<Money, 'display'>;
  readonly counted: Pick<Money, 'display'>;
  readonly reason: ContributionReason;
}
