/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/* Written by `npm run codegen`. */
import { RewardKind } from './rewardKinds.ts';
import type { Operation } from '../operations/operation.ts';
export type BetLegInput = {
  readonly oddsMilli: number;
  readonly placeTerms?: PlaceTermsInput | null | undefined;
  readonly selectionId: string;
};

export type BetType =
  | 'MULTIPLE'
  | 'SINGLE'
  | 'SYSTEM';

export type BetslipInput = {
  readonly betType: BetType;
  readonly brand: string;
  readonly currency: string;
  readonly freeBet?: boolean;
  readonly legs?: ReadonlyArray<BetLegInput> | null | undefined;
  readonly oddsMilli?: number | null | undefined;
  readonly product: Product;
  readonly stakeMinor: number;
};

export type ChangeRewardInput = {
  readonly brand: string;
  readonly expectedVersion: number;
  readonly idempotencyKey: string;
  readonly optionId: string;
};

export type ChoiceNotice =
  | 'REWARD_WITHDRAWN';

export type ClubState =
  | 'CONFIRMED'
  | 'CREDITED'
  | 'EXPIRED'
  | 'FULFILLING'
  | 'INELIGIBLE'
  | 'MISSED'
  | 'NOT_OPTED_IN'
  | 'QUALIFIED'
  | 'TRACKING'
  | 'USED';

export type ContributionReason =
  | 'BEFORE_OPT_IN'
  | 'BELOW_MIN_ODDS'
  | 'BELOW_MIN_STAKE'
  | 'CASHED_OUT'
  | 'COUNTED'
  | 'DISPUTED'
  | 'EVENT_PENDING'
  | 'EXCLUDED_BET_TYPE'
  | 'EXCLUDED_EVENT'
  | 'EXCLUDED_PRODUCT'
  | 'FREE_BET_STAKE'
  | 'LATE'
  | 'OUTSIDE_WEEK'
  | 'PARTIAL_VOID'
  | 'PRICE_PENDING'
  | 'VOID'
  | 'WRONG_CURRENCY';

export type ErrorCode =
  | 'ALREADY_OPTED_IN'
  | 'BUDGET_SPENT'
  | 'CHOICE_LOCKED'
  | 'CLUB_PAUSED'
  | 'FORBIDDEN'
  | 'IDEMPOTENCY_REUSED'
  | 'INELIGIBLE'
  | 'NOT_MEMBER'
  | 'OPTION_NOT_ALLOWED'
  | 'OPTION_WITHDRAWN'
  | 'TERMS_OUTDATED'
  | 'UNAUTHENTICATED'
  | 'UPSTREAM_PENDING'
  | 'UPSTREAM_REFUSED'
  | 'VERSION_CONFLICT'
  | 'WEEK_CLOSED';

/** REVIEW: the credit failed or is in doubt, and a person decides. */
export type FulfilmentStatus =
  | 'CREDITED'
  | 'EXPIRED'
  | 'REVIEW'
  | 'SENT'
  | 'USED'
  | 'WAITING';

export type IneligibleReason =
  | 'ACCOUNT_CLOSED'
  | 'CURRENCY'
  | 'JURISDICTION'
  | 'NOT_OFFERED'
  | 'PROMO_RESTRICTED'
  | 'RG_RESTRICTED'
  | 'SELF_EXCLUDED'
  | 'SUSPENDED'
  | 'UNVERIFIED';

export type OptInInput = {
  readonly brand: string;
  readonly idempotencyKey: string;
  readonly termsVersion: string;
};

export type OptOutInput = {
  readonly brand: string;
  readonly idempotencyKey: string;
};

export type PlaceTermsInput = {
  readonly denominator: number;
  readonly numerator: number;
  readonly places: number;
};

export type Product =
  | 'BETTING'
  | 'BINGO'
  | 'CASINO'
  | 'POKER';

export { RewardKind };

export type UnavailableReason =
  | 'BUDGET_SPENT'
  | 'ENDED'
  | 'NOT_STARTED'
  | 'PAUSED';

export type WeekState =
  | 'CLOSED'
  | 'OPEN'
  | 'PROVISIONAL';

export type OptInMutationVariables = Exact<{
  input: OptInInput;
}>;


export type OptInMutation = { readonly optIn: { readonly errors: ReadonlyArray<{ readonly code: ErrorCode, readonly message: string }>, readonly club: { readonly id: string, readonly state: ClubState | null, readonly membership: { readonly optedIn: boolean, readonly pending: boolean, readonly version: number }, readonly progress: { readonly percent: number, readonly remaining: { readonly display: string } } | null, readonly choice: { readonly version: number, readonly pending: boolean, readonly option: { readonly id: string, readonly title: string } } | null } | null } };

export type OptOutMutationVariables = Exact<{
  input: OptOutInput;
}>;


export type OptOutMutation = { readonly optOut: { readonly errors: ReadonlyArray<{ readonly code: ErrorCode, readonly message: string }>, readonly club: { readonly id: string, readonly state: ClubState | null, readonly membership: { readonly optedIn: boolean, readonly pending: boolean, readonly version: number }, readonly progress: { readonly percent: number, readonly remaining: { readonly display: string } } | null, readonly choice: { readonly version: number, readonly pending: boolean, readonly option: { readonly id: string, readonly title: string } } | null } | null } };

export type ChangeRewardMutationVariables = Exact<{
  input: ChangeRewardInput;
}>;


export type ChangeRewardMutation = { readonly changeReward: { readonly errors: ReadonlyArray<{ readonly code: ErrorCode, readonly message: string }>, readonly club: { readonly id: string, readonly state: ClubState | null, readonly membership: { readonly optedIn: boolean, readonly pending: boolean, readonly version: number }, readonly progress: { readonly percent: number, readonly remaining: { readonly display: string } } | null, readonly choice: { readonly version: number, readonly pending: boolean, readonly option: { readonly id: string, readonly title: string } } | null } | null } };

export type AfterChangeFragment = { readonly errors: ReadonlyArray<{ readonly code: ErrorCode, readonly message: string }>, readonly club: { readonly id: string, readonly state: ClubState | null, readonly membership: { readonly optedIn: boolean, readonly pending: boolean, readonly version: number }, readonly progress: { readonly percent: number, readonly remaining: { readonly display: string } } | null, readonly choice: { readonly version: number, readonly pending: boolean, readonly option: { readonly id: string, readonly title: string } } | null } | null };

export type TrackedClubFragment = { readonly id: string, readonly state: ClubState | null, readonly ineligibleReason: IneligibleReason | null, readonly paused: boolean, readonly brand: { readonly id: string, readonly name: string, readonly timeZone: string, readonly theme: ReadonlyArray<{ readonly name: string, readonly light: string, readonly dark: string }> }, readonly week: { readonly id: string, readonly isoWeek: string, readonly startsAt: string, readonly endsAt: string, readonly provisionalUntil: string, readonly state: WeekState }, readonly terms: { readonly version: string, readonly url: string }, readonly membership: { readonly optedIn: boolean, readonly pending: boolean, readonly version: number, readonly canOptIn: boolean, readonly blockedReason: IneligibleReason | null }, readonly progress: { readonly percent: number, readonly qualified: boolean, readonly countedBets: number, readonly asOf: string | null, readonly staked: { readonly minor: number, readonly currency: string, readonly display: string }, readonly target: { readonly minor: number, readonly currency: string, readonly display: string }, readonly remaining: { readonly minor: number, readonly currency: string, readonly display: string } } | null, readonly options: ReadonlyArray<{ readonly id: string, readonly kind: RewardKind, readonly product: Product, readonly spins: number | null, readonly title: string, readonly summary: string, readonly imageUrl: string | null, readonly significantTerms: string, readonly termsUrl: string, readonly expiresInDays: number, readonly available: boolean, readonly unavailableReason: UnavailableReason | null, readonly value: { readonly minor: number, readonly currency: string, readonly display: string } | null }> | null, readonly choice: { readonly version: number, readonly locked: boolean, readonly locksAt: string, readonly isDefault: boolean, readonly notice: ChoiceNotice | null, readonly pending: boolean, readonly option: { readonly id: string, readonly title: string } } | null, readonly fulfilment: { readonly status: FulfilmentStatus, readonly creditedAt: string | null, readonly expiresAt: string | null } | null };

export type ClubQueryVariables = Exact<{
  brand: string;
}>;


export type ClubQuery = { readonly club: { readonly id: string, readonly state: ClubState | null, readonly ineligibleReason: IneligibleReason | null, readonly paused: boolean, readonly brand: { readonly id: string, readonly name: string, readonly timeZone: string, readonly theme: ReadonlyArray<{ readonly name: string, readonly light: string, readonly dark: string }> }, readonly week: { readonly id: string, readonly isoWeek: string, readonly startsAt: string, readonly endsAt: string, readonly provisionalUntil: string, readonly state: WeekState }, readonly terms: { readonly version: string, readonly url: string }, readonly membership: { readonly optedIn: boolean, readonly pending: boolean, readonly version: number, readonly canOptIn: boolean, readonly blockedReason: IneligibleReason | null }, readonly progress: { readonly percent: number, readonly qualified: boolean, readonly countedBets: number, readonly asOf: string | null, readonly staked: { readonly minor: number, readonly currency: string, readonly display: string }, readonly target: { readonly minor: number, readonly currency: string, readonly display: string }, readonly remaining: { readonly minor: number, readonly currency: string, readonly display: string } } | null, readonly options: ReadonlyArray<{ readonly id: string, readonly kind: RewardKind, readonly product: Product, readonly spins: number | null, readonly title: string, readonly summary: string, readonly imageUrl: string | null, readonly significantTerms: string, readonly termsUrl: string, readonly expiresInDays: number, readonly available: boolean, readonly unavailableReason: UnavailableReason | null, readonly value: { readonly minor: number, readonly currency: string, readonly display: string } | null }> | null, readonly choice: { readonly version: number, readonly locked: boolean, readonly locksAt: string, readonly isDefault: boolean, readonly notice: ChoiceNotice | null, readonly pending: boolean, readonly option: { readonly id: string, readonly title: string } } | null, readonly fulfilment: { readonly status: FulfilmentStatus, readonly creditedAt: string | null, readonly expiresAt: string | null } | null } | null };

export type ClubUpdatedSubscriptionVariables = Exact<{
  brand: string;
}>;


export type ClubUpdatedSubscription = { readonly clubUpdated: { readonly version: number, readonly club: { readonly id: string, readonly state: ClubState | null, readonly ineligibleReason: IneligibleReason | null, readonly paused: boolean, readonly brand: { readonly id: string, readonly name: string, readonly timeZone: string, readonly theme: ReadonlyArray<{ readonly name: string, readonly light: string, readonly dark: string }> }, readonly week: { readonly id: string, readonly isoWeek: string, readonly startsAt: string, readonly endsAt: string, readonly provisionalUntil: string, readonly state: WeekState }, readonly terms: { readonly version: string, readonly url: string }, readonly membership: { readonly optedIn: boolean, readonly pending: boolean, readonly version: number, readonly canOptIn: boolean, readonly blockedReason: IneligibleReason | null }, readonly progress: { readonly percent: number, readonly qualified: boolean, readonly countedBets: number, readonly asOf: string | null, readonly staked: { readonly minor: number, readonly currency: string, readonly display: string }, readonly target: { readonly minor: number, readonly currency: string, readonly display: string }, readonly remaining: { readonly minor: number, readonly currency: string, readonly display: string } } | null, readonly options: ReadonlyArray<{ readonly id: string, readonly kind: RewardKind, readonly product: Product, readonly spins: number | null, readonly title: string, readonly summary: string, readonly imageUrl: string | null, readonly significantTerms: string, readonly termsUrl: string, readonly expiresInDays: number, readonly available: boolean, readonly unavailableReason: UnavailableReason | null, readonly value: { readonly minor: number, readonly currency: string, readonly display: string } | null }> | null, readonly choice: { readonly version: number, readonly locked: boolean, readonly locksAt: string, readonly isDefault: boolean, readonly notice: ChoiceNotice | null, readonly pending: boolean, readonly option: { readonly id: string, readonly title: string } } | null, readonly fulfilment: { readonly status: FulfilmentStatus, readonly creditedAt: string | null, readonly expiresAt: string | null } | null } } };

export type SlipPreviewQueryVariables = Exact<{
  input: BetslipInput;
}>;


export type SlipPreviewQuery = { readonly betslipPreview: { readonly counts: boolean, readonly reason: ContributionReason, readonly minOddsMilli: number | null, readonly counted: { readonly minor: number, readonly currency: string, readonly display: string }, readonly minStake: { readonly minor: number, readonly currency: string } | null, readonly progressAfter: { readonly percent: number, readonly staked: { readonly minor: number, readonly currency: string, readonly display: string } } | null } | null };

export type RecentBetsQueryVariables = Exact<{
  brand: string;
  week?: string | null | undefined;
}>;


export type RecentBetsQuery = { readonly club: { readonly id: string, readonly progress: { readonly recentBets: ReadonlyArray<{ readonly betId: string, readonly placedAt: string, readonly reason: ContributionReason, readonly oddsMilli: number | null, readonly minOddsMilli: number | null, readonly stake: { readonly minor: number, readonly currency: string, readonly display: string }, readonly counted: { readonly minor: number, readonly currency: string, readonly display: string }, readonly minStake: { readonly minor: number, readonly currency: string } | null }> } | null } | null };

export type TermsSummaryQueryVariables = Exact<{
  brand: string;
}>;


export type TermsSummaryQuery = { readonly club: { readonly id: string, readonly terms: { readonly version: string, readonly summary: string } } | null };

export type CountedEventsQueryVariables = Exact<{
  brand: string;
}>;


export type CountedEventsQuery = { readonly club: { readonly id: string, readonly countedEvents: { readonly sports: ReadonlyArray<{ readonly name: string } | null>, readonly competitions: ReadonlyArray<{ readonly name: string, readonly sport: { readonly name: string } } | null>, readonly events: ReadonlyArray<{ readonly name: string } | null> } | null } | null };

export type PastWeeksQueryVariables = Exact<{
  brand: string;
}>;


export type PastWeeksQuery = { readonly recentClubs: ReadonlyArray<{ readonly id: string, readonly state: ClubState | null, readonly week: { readonly isoWeek: string, readonly state: WeekState }, readonly progress: { readonly staked: { readonly minor: number, readonly currency: string, readonly display: string }, readonly target: { readonly minor: number, readonly currency: string, readonly display: string } } | null, readonly choice: { readonly option: { readonly title: string } } | null, readonly fulfilment: { readonly status: FulfilmentStatus, readonly creditedAt: string | null, readonly expiresAt: string | null } | null }> };


export const OptIn: Operation<OptInMutation, OptInMutationVariables> = {
  name: 'OptIn',
  kind: 'mutation',
  id: 'sha256:a7422b0f9c4fc50e69f9e31c1041d44e7cab7658532de1f2725885c9120d16c5',
  text: "mutation OptIn($input:OptInInput!){optIn(input:$input){...AfterChange}}fragment AfterChange on ClubPayload{errors{code message}club{id state membership{optedIn pending version}progress{percent remaining{display}}choice{version pending option{id title}}}}",
};

export const OptOut: Operation<OptOutMutation, OptOutMutationVariables> = {
  name: 'OptOut',
  kind: 'mutation',
  id: 'sha256:2fac1b965678ebff5833ba1c26658e36723471ce47908865921b934cf204e9a0',
  text: "mutation OptOut($input:OptOutInput!){optOut(input:$input){...AfterChange}}fragment AfterChange on ClubPayload{errors{code message}club{id state membership{optedIn pending version}progress{percent remaining{display}}choice{version pending option{id title}}}}",
};

export const ChangeReward: Operation<ChangeRewardMutation, ChangeRewardMutationVariables> = {
  name: 'ChangeReward',
  kind: 'mutation',
  id: 'sha256:b659e8f1d7acba85f6bf71707717b4b0f142e8692422f2d8a5769d03ec26ccbc',
  text: "mutation ChangeReward($input:ChangeRewardInput!){changeReward(input:$input){...AfterChange}}fragment AfterChange on ClubPayload{errors{code message}club{id state membership{optedIn pending version}progress{percent remaining{display}}choice{version pending option{id title}}}}",
};

export const Club: Operation<ClubQuery, ClubQueryVariables> = {
  name: 'Club',
  kind: 'query',
  id: 'sha256:6f54cb9832db4863cf4595dc983b48ea2d3a8829a448f2368a36af3a43d20aea',
  text: "query Club($brand:ID!){club(brand:$brand){...TrackedClub}}fragment TrackedClub on Club{id state ineligibleReason paused brand{id name timeZone theme{name light dark}}week{id isoWeek startsAt endsAt provisionalUntil state}terms{version url}membership{optedIn pending version canOptIn blockedReason}progress{staked{minor currency display}target{minor currency display}remaining{minor currency display}percent qualified countedBets asOf}options{id kind product value{minor currency display}spins title summary imageUrl significantTerms termsUrl expiresInDays available unavailableReason}choice{version locked locksAt isDefault notice pending option{id title}}fulfilment{status creditedAt expiresAt}}",
};

export const ClubUpdated: Operation<ClubUpdatedSubscription, ClubUpdatedSubscriptionVariables> = {
  name: 'ClubUpdated',
  kind: 'subscription',
  id: 'sha256:f68e1afee4939472b8cdfdcf2a68ea722e0434afb9eedfff521c1a21a1ec6f6f',
  text: "subscription ClubUpdated($brand:ID!){clubUpdated(brand:$brand){version club{...TrackedClub}}}fragment TrackedClub on Club{id state ineligibleReason paused brand{id name timeZone theme{name light dark}}week{id isoWeek startsAt endsAt provisionalUntil state}terms{version url}membership{optedIn pending version canOptIn blockedReason}progress{staked{minor currency display}target{minor currency display}remaining{minor currency display}percent qualified countedBets asOf}options{id kind product value{minor currency display}spins title summary imageUrl significantTerms termsUrl expiresInDays available unavailableReason}choice{version locked locksAt isDefault notice pending option{id title}}fulfilment{status creditedAt expiresAt}}",
};

export const SlipPreview: Operation<SlipPreviewQuery, SlipPreviewQueryVariables> = {
  name: 'SlipPreview',
  kind: 'query',
  id: 'sha256:684269ce97c161ffdea33d3e06eb676c58cc1d1cc9c7953799608524ce10f5bd',
  text: "query SlipPreview($input:BetslipInput!){betslipPreview(input:$input){counts counted{minor currency display}reason minOddsMilli minStake{minor currency}progressAfter{percent staked{minor currency display}}}}",
};

export const RecentBets: Operation<RecentBetsQuery, RecentBetsQueryVariables> = {
  name: 'RecentBets',
  kind: 'query',
  id: 'sha256:050bf3a3fa2b20bbee930238b536ab0bfb5c6cc7211c6175a164045d3094be8d',
  text: "query RecentBets($brand:ID!$week:ID){club(brand:$brand week:$week){id progress{recentBets(first:5){betId placedAt stake{minor currency display}counted{minor currency display}reason oddsMilli minOddsMilli minStake{minor currency}}}}}",
};

export const TermsSummary: Operation<TermsSummaryQuery, TermsSummaryQueryVariables> = {
  name: 'TermsSummary',
  kind: 'query',
  id: 'sha256:dd3c99bae7a75b2a2b8aa6c6ef35860ac2a9093ca9c37e4e88d7221465e5de6b',
  text: "query TermsSummary($brand:ID!){club(brand:$brand){id terms{version summary}}}",
};

export const CountedEvents: Operation<CountedEventsQuery, CountedEventsQueryVariables> = {
  name: 'CountedEvents',
  kind: 'query',
  id: 'sha256:7e0e1b99973920b0449a668f759fcccdbd245ee4d8cee413faaf9b14c7b7bedd',
  text: "query CountedEvents($brand:ID!){club(brand:$brand){id countedEvents{sports{name}competitions{name sport{name}}events{name}}}}",
};

export const PastWeeks: Operation<PastWeeksQuery, PastWeeksQueryVariables> = {
  name: 'PastWeeks',
  kind: 'query',
  id: 'sha256:ebc4193aa6923c8d886744e4c977301dc4329cd93cefeace63fb587d118b556c',
  text: "query PastWeeks($brand:ID!){recentClubs(brand:$brand){id state week{isoWeek state}progress{staked{minor currency display}target{minor currency display}}choice{option{title}}fulfilment{status creditedAt expiresAt}}}",
};