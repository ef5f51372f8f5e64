/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/* Written by `npm run codegen`. */
import type { Document } from '../graph.ts';
export type AdapterSettingsInput = {
  readonly adapter: string;
  readonly settings: unknown;
};

export type AddUserInput = {
  readonly login: string;
  readonly name: string;
  readonly person?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly roles: ReadonlyArray<GrantedRoleInput>;
};

export type AnalyticsReportName =
  | 'EVENTS'
  | 'EXPOSURE'
  | 'FUNNEL'
  | 'LATENCY'
  | 'LIABILITY'
  | 'REASONS'
  | 'RETENTION'
  | 'REVENUE'
  | 'UPLIFT';

export type ApproveInput = {
  readonly contentHash: string;
  readonly proposalId: string;
};

export type BetStatus =
  | 'LOST'
  | 'OPEN'
  | 'PARTLY_VOID'
  | 'PENDING'
  | 'REFUSED'
  | 'VOID'
  | 'WON';

export type BettingTermsInput = {
  readonly brand: string;
  readonly delaySeconds?: number | null | undefined;
  readonly maxLegs?: number | null | undefined;
  readonly reason: string;
  /** That of the rules, as they were seen. */
  readonly revision: number;
  readonly stakes: ReadonlyArray<StakesInput>;
};

/** A name in a language of the brand. */
export type BoardNameInput = {
  readonly locale: string;
  readonly name: string;
};

/** How something is shown in some territories for some time. */
export type BoardPlacementInput = {
  readonly hidden?: boolean;
  /** An address, image:HASH of an uploaded picture, or empty. */
  readonly imageUrl?: string;
  readonly names?: ReadonlyArray<BoardNameInput>;
  /** The place among its like, the lowest first. */
  readonly position?: number | null | undefined;
  readonly since?: string;
  readonly sinceOccurrence?: ClockOccurrence | null | undefined;
  /** Empty for all. */
  readonly territories?: ReadonlyArray<string>;
  readonly until?: string;
  readonly untilOccurrence?: ClockOccurrence | null | undefined;
};

/** What an entry of a board is about. */
export type BoardScope =
  | 'COMPETITION'
  | 'EVENT'
  | 'SPORT';

export type ChangeBrandInput = {
  readonly brand: string;
  readonly defaultLocale: string;
  readonly locales: ReadonlyArray<string>;
  readonly name: string;
  readonly reason: string;
  readonly revision: number;
  readonly theme: ReadonlyArray<ThemeTokenInput>;
};

export type ClockOccurrence =
  | 'EARLIER'
  | 'LATER';

export type CloseFinancialCheckInput = {
  readonly customer: string;
  readonly dueAt: string;
  readonly finding: string;
};

export type ClosePaymentCaseInput = {
  readonly case: string;
  readonly finding: string;
};

/** How a reward is to be shown. */
export type ContentDocumentInput = {
  readonly eligibleGames?: ReadonlyArray<string>;
  readonly position?: number;
  readonly texts?: ReadonlyArray<LocaleTextInput>;
};

/** The state of a revision, from draft to publication. */
export type ContentState =
  | 'APPROVED'
  | 'DRAFT'
  | 'IN_REVIEW'
  | 'PUBLISHED'
  | 'REJECTED'
  | 'SCHEDULED'
  | 'SUPERSEDED'
  | 'WITHDRAWN';

/** A reward version's content, and the item version that the caller saw. */
export type ContentStepInput = {
  readonly brand: string;
  readonly configVersion?: number | null | undefined;
  readonly expectedVersion: number;
  readonly rewardId: string;
};

export type CorrectionInput = {
  /** What the customer gets, in minor units; negative for what is taken. */
  readonly amountMinor: number;
  /** The club's credit whose account it is; empty for cash. */
  readonly credit?: string;
  readonly currency: string;
  /** Brand and customer, such as northbet:c-1. */
  readonly customer: string;
};

/** How a correction stands. WAITING: It is decided, and not applied yet: payouts of its currency may be stopped. APPLIED: The money was moved. REFUSED: It never is: there was less than it takes, or no such account. */
export type CorrectionState =
  | 'APPLIED'
  | 'REFUSED'
  | 'WAITING';

export type CreditedRewardInput = {
  readonly heldReward: string;
  readonly reason: string;
  /** The provider's, of the credit. */
  readonly reference: string;
};

export type CustomerFactorInput = {
  readonly customer: string;
  /** In thousandths: 1000 is all. */
  readonly factorMilli: number;
  readonly reason: string;
};

export type CustomerReasonInput = {
  readonly customer: string;
  readonly reason: string;
};

export type DecideMatchInput = {
  /** The id of the event. */
  readonly candidate: string;
  readonly reason: string;
  readonly verdict: MatchVerdict;
  /** That of the candidate, as it was seen. */
  readonly version: string;
  /** The id of what waits. */
  readonly waiting: string;
};

export type DecideWithdrawalInput = {
  readonly decision: WithdrawalDecision;
  readonly reason: string;
  readonly withdrawal: string;
};

export type DiffSpanKind =
  | 'ADDED'
  | 'REMOVED'
  | 'SAME';

export type ForgetNodeInput = {
  readonly node: string;
  readonly reason: string;
};

/** What a search finds. */
export type FoundKind =
  | 'BET'
  | 'CUSTOMER'
  | 'REWARD'
  | 'WEEK';

/** Why a goodwill credit is given. */
export type GoodwillCause =
  | 'BET_HANDLING'
  | 'COMPLAINT'
  | 'LATE_REWARD'
  | 'SERVICE_FAULT'
  | 'WRONG_INFORMATION';

export type GrantedRoleInput = {
  readonly brand: string;
  readonly role: Role;
};

/** The state of a job. */
export type JobStatus =
  | 'CANCELLED'
  | 'DONE'
  | 'FAILED'
  | 'QUEUED'
  | 'RUNNING';

export type LateBetInput = {
  readonly lateBet: string;
  readonly reason: string;
};

export type LiftLegalHoldInput = {
  readonly holdId: string;
  readonly reason: string;
};

export type LimitBettingInput = {
  readonly brand: string;
  readonly currency: string;
  /** The most that may be lost if the selection wins. */
  readonly liabilityMinor?: number | null | undefined;
  readonly reason: string;
  readonly scope: TradingScope;
  /** The most that one bet may cost. */
  readonly stakeMinor?: number | null | undefined;
  /** As in `SuspendBettingInput`. */
  readonly target?: string;
};

export type LintSeverity =
  | 'ERROR'
  | 'WARNING';

/** A group of games, listed or by a rule. */
export type LobbyGroupInput = {
  readonly games?: ReadonlyArray<string>;
  readonly id: string;
  readonly names: ReadonlyArray<LobbyNameInput>;
  readonly rule?: LobbyRuleInput | null | undefined;
};

/** A name in a language of the brand. */
export type LobbyNameInput = {
  readonly locale: string;
  readonly name: string;
};

/** A rule for games: `new`, `popular`, `tag`, `provider` or `all`. */
export type LobbyRuleInput = {
  readonly by: string;
  readonly days?: number;
  readonly value?: string;
};

/** A section of games, listed or by a rule. */
export type LobbySectionInput = {
  readonly devices?: ReadonlyArray<string>;
  readonly games?: ReadonlyArray<string>;
  readonly id: string;
  readonly jurisdictions?: ReadonlyArray<string>;
  readonly names: ReadonlyArray<LobbyNameInput>;
  readonly rule?: LobbyRuleInput | null | undefined;
  readonly since?: string;
  readonly sinceOccurrence?: ClockOccurrence | null | undefined;
  readonly until?: string;
  readonly untilOccurrence?: ClockOccurrence | null | undefined;
};

/** The texts of one locale; a draft may lack any of them. */
export type LocaleTextInput = {
  readonly imageAlt?: string;
  readonly imageUrl?: string;
  readonly locale: string;
  readonly significantTerms?: string;
  readonly summary?: string;
  readonly termsUrl?: string;
  readonly title?: string;
};

/** What became of a decision about two offers. */
export type MatchDecisionState =
  | 'BEING_APPLIED'
  | 'IN_FORCE'
  | 'REFUSED'
  | 'UNDONE';

/** What a person says of two events. */
export type MatchVerdict =
  | 'DIFFERENT'
  | 'SAME';

/** Whether an offer is of an event, waits for a person, or is no longer there. */
export type OfferState =
  | 'GONE'
  | 'MATCHED'
  | 'WAITING';

/** Which way the money goes. */
export type OfficePaymentDirection =
  | 'DEPOSIT'
  | 'WITHDRAWAL';

/** How a payment stands. ASKED: It is not known yet whether it may be: nothing has moved. REFUSED: It never was. OPEN: The customer has to pay, or the processor to say what became of it. REVIEW: A person has to decide. SENDING: A withdrawal is on its way. DONE: The money has arrived. RETURNED: The money of a deposit had to go back to its source. FAILED: Nothing was paid, or what was sent has come back. */
export type OfficePaymentState =
  | 'ASKED'
  | 'DONE'
  | 'FAILED'
  | 'OPEN'
  | 'REFUSED'
  | 'RETURNED'
  | 'REVIEW'
  | 'SENDING';

/** Why a person has to look. UNKNOWN: A processor speaks of money that we know nothing of. MISSING: We know of money that its report does not have. DIFFERENT: Both know of it, with another amount, currency or state. OWED: Money that has to go back to its source could not be sent. DISPUTE: A customer's bank has taken a charge back. FOREIGN: Somebody made a refund at the processor, and not here. UNREADABLE: A webhook or file has an unknown form. WIN: A game has won more than the most that is configured. It is not booked until that is raised. BET: A corrected result could not be moved: the customer has spent it, or an operator's wallet refuses it. */
export type PaymentCaseKind =
  | 'BET'
  | 'DIFFERENT'
  | 'DISPUTE'
  | 'FOREIGN'
  | 'MISSING'
  | 'OWED'
  | 'UNKNOWN'
  | 'UNREADABLE'
  | 'WIN';

/** What has happened to a payment. ASKED: The customer asked for it. CHOSEN: A processor was chosen, or not, and why. REFUSED: It never was. REVIEW: A person has to decide, and why. DECIDED: Two people decided. SENT: A processor was asked for a part. SAID: How the part stands, by what the processor has said. BOOKED: The ledger was told. REFUND_DECIDED: Two people decided to send money of a deposit back. REFUND_REFUSED: It is not sent, and why. GIVEN_BACK: A deposit stopped counting against limits. CASE: Something does not fit. CASE_CLOSED: A person has found why. */
export type PaymentStoryKind =
  | 'ASKED'
  | 'BOOKED'
  | 'CASE'
  | 'CASE_CLOSED'
  | 'CHOSEN'
  | 'DECIDED'
  | 'GIVEN_BACK'
  | 'REFUND_DECIDED'
  | 'REFUND_REFUSED'
  | 'REFUSED'
  | 'REVIEW'
  | 'SAID'
  | 'SENT';

/** The state of a proposal. */
export type ProposalStatus =
  | 'EXECUTED'
  | 'PENDING'
  | 'REJECTED'
  | 'VOID'
  | 'WITHDRAWN';

export type ProposeAdjustmentInput = {
  readonly amountMinor: number;
  readonly customer: string;
  readonly isoWeek: string;
  readonly reason: string;
};

/** How something is to be shown; `revision` is the one of the entry that the person saw. */
export type ProposeBoardEntryInput = {
  readonly brand: string;
  readonly entry: string;
  readonly placements: ReadonlyArray<BoardPlacementInput>;
  readonly reason: string;
  readonly revision: number;
  readonly scope: Scope;
};

export type ProposeCorrectionInput = {
  readonly correction: CorrectionInput;
  readonly reason: string;
};

export type ProposeGoodwillInput = {
  readonly cause: GoodwillCause;
  readonly customer: string;
  readonly reason: string;
  readonly reward: string;
};

/** All of a brand's lobby as it is to be; `revision` is the one that the person saw. */
export type ProposeLobbyInput = {
  readonly brand: string;
  readonly groups?: ReadonlyArray<LobbyGroupInput>;
  readonly reason: string;
  readonly revision: number;
  readonly sections: ReadonlyArray<LobbySectionInput>;
};

export type ProposeRefundInput = {
  readonly amountMinor: number;
  readonly charge: string;
  readonly payment: string;
  readonly reason: string;
};

/** A version to propose. */
export type ProposeSchemeInput = {
  readonly brand: string;
  readonly reason: string;
  readonly scheme: SchemeInput;
};

export type ProviderConfigurationInput = {
  readonly adapter: string;
  readonly attempts?: number;
  readonly brands?: ReadonlyArray<string>;
  readonly breakerFailures?: number;
  readonly breakerRestSeconds?: number;
  readonly currencies?: ReadonlyArray<string>;
  readonly enabled?: boolean;
  readonly inFlight?: number;
  readonly keyHours?: number;
  readonly kinds: ReadonlyArray<string>;
  readonly learns?: string;
  readonly limitMinor?: number;
  readonly name: string;
  readonly pauseSeconds?: number;
  readonly pollMinutes?: number;
  readonly position?: number;
  readonly secret: string;
  readonly timeoutSeconds?: number;
  readonly url: string;
};

/** Why money does not go back that two people decided to send. NO_CHARGE: The deposit has no such charge that was paid. NOT_LEFT: More than the charge has left. NOT_WHOLE: Less than is left of a charge that has to go back. INSUFFICIENT_FUNDS: The customer has less cash. */
export type RefundRefusal =
  | 'INSUFFICIENT_FUNDS'
  | 'NOT_LEFT'
  | 'NOT_WHOLE'
  | 'NO_CHARGE';

/** How a decided refund stands. WAITING: It was not sent yet: payouts of its currency may be stopped, or its processor does not answer. SENDING: It is on its way. DONE: The money has arrived. FAILED: It was not sent, or came back: the customer has the money again, unless it had to go back. REFUSED: It never is. */
export type RefundState =
  | 'DONE'
  | 'FAILED'
  | 'REFUSED'
  | 'SENDING'
  | 'WAITING';

export type RejectInput = {
  readonly proposalId: string;
  readonly reason: string;
};

export type ReleasePayoutsInput = {
  readonly currency: string;
  readonly reason: string;
};

/** What is to be shown as its providers tell it. */
export type RemoveBoardEntryInput = {
  readonly brand: string;
  readonly entry: string;
  readonly reason: string;
  readonly revision: number;
  readonly scope: Scope;
};

export type ReplayAllInput = {
  readonly app: string;
  readonly dryRun?: boolean;
  /** Needed unless it is a dry run. */
  readonly reason?: string;
  readonly topic?: string | null | undefined;
};

/** What became of a replayed dead letter. */
export type ReplayFate =
  | 'APPLIED'
  | 'GONE'
  | 'POISON'
  | 'PUBLISHED'
  | 'STALE'
  | 'UNREAD';

export type ReplayInput = {
  readonly dryRun?: boolean;
  readonly letter: string;
  /** Needed unless it is a dry run. */
  readonly reason?: string;
};

export type ResetUserInput = {
  readonly reason: string;
  readonly userId: string;
};

export type RetryRewardInput = {
  readonly heldReward: string;
  readonly reason: string;
};

/** What can be done to a version. */
export type RewardStatusAction =
  | 'PAUSE'
  | 'RECALL'
  | 'RESUME'
  | 'WITHDRAW';

export type RewardStatusInput = {
  readonly action: RewardStatusAction;
  readonly brand: string;
  readonly reason: string;
  readonly reward: string;
  readonly version: number;
};

export type RiskBudgetInput = {
  readonly brand: string;
  /** Null for every week without its own. */
  readonly isoWeek?: string | null | undefined;
  readonly reason: string;
  readonly reward: string;
  /** Null removes the limit. */
  readonly rewards?: number | null | undefined;
};

/** A figure whose customers can be listed. */
export type RiskFigure =
  | 'CHOSE'
  | 'CREDITED'
  | 'EXPECTED'
  | 'EXPIRED'
  | 'MEMBER_TURNOVER'
  | 'OPTED_IN'
  | 'OUTSTANDING'
  | 'OWED'
  | 'QUALIFIED'
  | 'SEEN'
  | 'STOPPED'
  | 'TURNOVER'
  | 'USED';

/** What a person is in the back office of a brand, or of all brands. */
export type Role =
  | 'ADMINISTRATOR'
  | 'APPROVER'
  | 'EDITOR'
  | 'FINANCE'
  | 'OPERATOR'
  | 'RISK'
  | 'SUPPORT'
  | 'TRADER'
  | 'VIEWER';

/** An earlier revision of an entry to propose again; `seen` is the one in force that the person saw. */
export type RollBackBoardEntryInput = {
  readonly brand: string;
  readonly entry: string;
  readonly reason: string;
  readonly revision: number;
  readonly scope: Scope;
  readonly seen: number;
};

/** An earlier revision to publish again. */
export type RollBackContentInput = {
  readonly brand: string;
  readonly configVersion?: number | null | undefined;
  readonly expectedVersion: number;
  readonly reason: string;
  readonly rewardId: string;
  readonly toRevision: number;
};

export type RollBackProviderInput = {
  readonly provider: string;
  readonly reason: string;
  readonly revision: number;
  readonly seen: number;
};

/** A draft to store. */
export type SaveContentInput = {
  readonly brand: string;
  readonly configVersion?: number | null | undefined;
  readonly document: ContentDocumentInput;
  readonly expectedVersion?: number;
  readonly rewardId: string;
};

/** An approved revision to publish at a local time of the brand. */
export type ScheduleContentInput = {
  /** Such as 2026-03-29T09:00, without a zone. */
  readonly at: string;
  readonly brand: string;
  readonly configVersion?: number | null | undefined;
  readonly expectedVersion: number;
  readonly occurrence?: ClockOccurrence | null | undefined;
  readonly rewardId: string;
};

/** A version of a scheme, as it is typed: anything may be missing. */
export type SchemeInput = {
  readonly betTypes?: ReadonlyArray<string> | null | undefined;
  readonly channels?: ReadonlyArray<string> | null | undefined;
  readonly choiceLockMinutes?: number | null | undefined;
  readonly controlPerMille?: number | null | undefined;
  readonly countBeforeOptIn?: boolean | null | undefined;
  readonly currency?: string | null | undefined;
  readonly defaultRewardId?: string | null | undefined;
  /** RFC 3339, in UTC. */
  readonly effectiveFrom?: string | null | undefined;
  /** Null: all events count, and bets that name none as well. */
  readonly events?: SchemeScopeInput | null | undefined;
  readonly graceMinutes?: number | null | undefined;
  readonly jurisdiction?: string | null | undefined;
  readonly minOddsMilli?: number | null | undefined;
  readonly minStakeMinor?: number | null | undefined;
  readonly qualifyingProduct?: string | null | undefined;
  readonly targetMinor?: number | null | undefined;
  readonly terms?: SchemeTermsInput | null | undefined;
  readonly trialPerMille?: number | null | undefined;
  readonly trialRewardId?: string | null | undefined;
  readonly version?: number | null | undefined;
};

/** Whether a version holds in the open week. */
export type SchemePhase =
  | 'COMING'
  | 'EARLIER'
  | 'IN_FORCE';

/** Which sports events count, by the ids of sports, competitions and events. */
export type SchemeScopeInput = {
  readonly competitions?: ReadonlyArray<string> | null | undefined;
  readonly events?: ReadonlyArray<string> | null | undefined;
  /** Which legs of a bet have to be on them: `all`, or `qualifying` for some. */
  readonly legs?: string | null | undefined;
  readonly sports?: ReadonlyArray<string> | null | undefined;
};

/** What something in a scope is. */
export type SchemeScopeKind =
  | 'COMPETITION'
  | 'EVENT'
  | 'SPORT';

export type SchemeSeverity =
  | 'ERROR'
  | 'WARNING';

/** Terms, as they are typed. */
export type SchemeTermsInput = {
  readonly summary?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly version?: string | null | undefined;
};

export type Scope =
  | 'COMPETITION'
  | 'EVENT'
  | 'SPORT';

export type SetGoodwillBudgetInput = {
  readonly agentMinor?: number | null | undefined;
  readonly amountMinor: number;
  readonly brand: string;
  readonly currency: string;
  readonly customerMinor?: number | null | undefined;
  readonly isoWeek?: string | null | undefined;
  readonly reason: string;
};

export type SetRolesInput = {
  readonly reason?: string | null | undefined;
  readonly revision: number;
  readonly roles: ReadonlyArray<GrantedRoleInput>;
  readonly userId: string;
};

export type StakesInput = {
  readonly currency: string;
  readonly maximumMinor: number;
  readonly minimumMinor: number;
};

/** A version to try over a past week. */
export type StartDryRunInput = {
  readonly brand: string;
  readonly idempotencyKey?: string | null | undefined;
  /** Null: the last week that is over. */
  readonly isoWeek?: string | null | undefined;
  readonly scheme: SchemeInput;
};

export type SubmitAdapterInput = {
  readonly configuration: AdapterSettingsInput;
  readonly reason: string;
  readonly revision: number;
};

/** A draft to submit for review. */
export type SubmitContentInput = {
  readonly brand: string;
  readonly configVersion?: number | null | undefined;
  readonly expectedVersion: number;
  readonly reason: string;
  readonly rewardId: string;
};

export type SubmitProviderInput = {
  readonly configuration: ProviderConfigurationInput;
  readonly reason: string;
  readonly revision: number;
};

export type SuspendBettingInput = {
  readonly brand: string;
  readonly reason: string;
  readonly scope: TradingScope;
  readonly suspended: boolean;
  /** The id of an event, market or selection, the name of a sport or kind; empty of the brand. */
  readonly target?: string;
};

export type SwitchInput = {
  readonly brand: string;
  readonly off: boolean;
  readonly reason: string;
  readonly reward?: string | null | undefined;
};

export type SwitchProviderInput = {
  readonly off: boolean;
  readonly provider: string;
  readonly reason: string;
};

export type ThemeTokenInput = {
  readonly dark: string;
  readonly light: string;
  readonly token: string;
};

/** What of a timeline is looked at. */
export type TimelinePart =
  | 'BETS'
  | 'CHANGES'
  | 'PAYMENTS'
  | 'STAFF';

/** What a decision is about, the narrowest first. */
export type TradingScope =
  | 'BRAND'
  | 'EVENT'
  | 'KIND'
  | 'MARKET'
  | 'SELECTION'
  | 'SPORT';

/** How something might be shown, for a territory, a language and a time of the brand. */
export type TryBoardEntryInput = {
  /** In the brand's time; empty for now, or once the first placement begins. */
  readonly at?: string;
  readonly brand: string;
  readonly entry: string;
  /** Empty for the brand's first language. */
  readonly locale?: string;
  /** None to show it as its providers tell it. */
  readonly placements?: ReadonlyArray<BoardPlacementInput>;
  /** A proposal about it, in place of placements. */
  readonly proposal?: string | null | undefined;
  readonly scope: Scope;
  /** Empty for customers of whom it is not known. */
  readonly territory?: string;
};

/** A lobby as it might be, for a jurisdiction, a device and a time of the brand. */
export type TryLobbyInput = {
  /** In the brand's time; empty for now. */
  readonly at?: string;
  readonly brand: string;
  readonly device?: string;
  readonly groups?: ReadonlyArray<LobbyGroupInput>;
  readonly jurisdiction: string;
  /** Empty for the brand's first language. */
  readonly locale?: string;
  /** A proposal, in place of sections. */
  readonly proposal?: string | null | undefined;
  readonly sections?: ReadonlyArray<LobbySectionInput>;
};

export type TryThemeInput = {
  readonly brand: string;
  readonly theme: ReadonlyArray<ThemeTokenInput>;
};

export type UndoMatchDecisionInput = {
  readonly decision: string;
  readonly reason: string;
  /** That of the decision, as it was seen. */
  readonly version: string;
};

/** A PNG, JPEG or WebP. */
export type UploadContentImageInput = {
  readonly brand: string;
  /** The file's bytes in base64. */
  readonly file: string;
};

export type UserChangeInput = {
  readonly reason?: string | null | undefined;
  readonly revision: number;
  readonly userId: string;
};

/** Whether an account may sign in. */
export type UserStatus =
  | 'ACTIVE'
  | 'DISABLED';

export type VoidBetInput = {
  readonly bet: string;
  readonly reason: string;
};

export type VoidMarketInput = {
  readonly brand: string;
  readonly reason: string;
  readonly scope: TradingScope;
  /** The id of the market or selection. */
  readonly target: string;
  /** False takes back that they are. */
  readonly void?: boolean;
};

export type WeekInput = {
  readonly brand: string;
  readonly isoWeek: string;
  readonly reason: string;
};

/** What becomes of a withdrawal that waits. APPROVE: The money is sent. REJECT: The customer has it again. */
export type WithdrawalDecision =
  | 'APPROVE'
  | 'REJECT';

export type AnalyticsReportVariables = Exact<{
  brand: string;
  report: AnalyticsReportName;
}>;


export type AnalyticsReport = { readonly analyticsReport: { readonly columns: ReadonlyArray<string>, readonly rows: ReadonlyArray<ReadonlyArray<string | null>>, readonly filling: string | null, readonly completeness: ReadonlyArray<{ readonly cell: string, readonly until: string, readonly waiting: number, readonly says: string }> } };

export type Report = { readonly columns: ReadonlyArray<string>, readonly rows: ReadonlyArray<ReadonlyArray<string | null>>, readonly filling: string | null, readonly completeness: ReadonlyArray<{ readonly cell: string, readonly until: string, readonly waiting: number, readonly says: string }> };

export type Completeness = { readonly cell: string, readonly until: string, readonly waiting: number, readonly says: string };

export type AnalyticsTablesVariables = Exact<{ [key: string]: never; }>;


export type AnalyticsTables = { readonly analyticsTables: ReadonlyArray<{ readonly name: string, readonly says: string }> };

export type AnalyticsColumnsVariables = Exact<{
  table: string;
}>;


export type AnalyticsColumns = { readonly analyticsColumns: ReadonlyArray<{ readonly name: string, readonly type: string, readonly says: string }> };

export type AnalyticsAnswerVariables = Exact<{
  sql: string;
}>;


export type AnalyticsAnswer = { readonly analyticsAnswer: { readonly columns: ReadonlyArray<string>, readonly rows: ReadonlyArray<ReadonlyArray<string | null>>, readonly rowCount: number, readonly filling: string | null, readonly completeness: ReadonlyArray<{ readonly cell: string, readonly until: string, readonly waiting: number, readonly says: string }> } };

export type BettingEventsVariables = Exact<{
  brand: string;
  sport: string;
}>;


export type BettingEvents = { readonly bettingEvents: ReadonlyArray<{ readonly id: string, readonly sportsEventId: string, readonly sport: string, readonly event: string, readonly startsAt: string, readonly currency: string, readonly stakeMinor: number, readonly worstMinor: number, readonly bets: number }> };

export type EventAtRisk = { readonly id: string, readonly sportsEventId: string, readonly sport: string, readonly event: string, readonly startsAt: string, readonly currency: string, readonly stakeMinor: number, readonly worstMinor: number, readonly bets: number };

export type BettingSelectionsVariables = Exact<{
  brand: string;
  event: string;
}>;


export type BettingSelections = { readonly bettingSelections: ReadonlyArray<{ readonly id: string, readonly selectionId: string, readonly marketId: string, readonly market: string, readonly pick: string, readonly currency: string, readonly stakeMinor: number, readonly liabilityMinor: number, readonly bets: number, readonly stakeLimitMinor: number | null, readonly liabilityLimitMinor: number | null, readonly suspended: boolean }> };

export type SelectionAtRisk = { readonly id: string, readonly selectionId: string, readonly marketId: string, readonly market: string, readonly pick: string, readonly currency: string, readonly stakeMinor: number, readonly liabilityMinor: number, readonly bets: number, readonly stakeLimitMinor: number | null, readonly liabilityLimitMinor: number | null, readonly suspended: boolean };

export type OpenBetsVariables = Exact<{
  brand: string;
  selection: string;
}>;


export type OpenBets = { readonly openBets: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly status: BetStatus, readonly currency: string, readonly stakeMinor: number, readonly eachWay: boolean, readonly free: boolean, readonly potentialReturnsMinor: number, readonly placedAt: string, readonly void: boolean, readonly legs: ReadonlyArray<{ readonly event: string, readonly pick: string, readonly oddsMilli: number }> }> };

export type OpenBet = { readonly id: string, readonly customer: string, readonly status: BetStatus, readonly currency: string, readonly stakeMinor: number, readonly eachWay: boolean, readonly free: boolean, readonly potentialReturnsMinor: number, readonly placedAt: string, readonly void: boolean, readonly legs: ReadonlyArray<{ readonly event: string, readonly pick: string, readonly oddsMilli: number }> };

export type TradingRulesVariables = Exact<{
  brand: string;
}>;


export type TradingRules = { readonly tradingRules: { readonly revision: number, readonly maxLegs: number | null, readonly delaySeconds: number | null, readonly decidedBy: string | null, readonly decidedAt: string | null, readonly reason: string | null, readonly suspended: ReadonlyArray<{ readonly id: string, readonly scope: TradingScope, readonly targetId: string, readonly name: string, readonly startsAt: string | null }>, readonly limits: ReadonlyArray<{ readonly id: string, readonly scope: TradingScope, readonly targetId: string, readonly name: string, readonly currency: string, readonly stakeMinor: number | null, readonly liabilityMinor: number | null }>, readonly stakes: ReadonlyArray<{ readonly currency: string, readonly minimumMinor: number, readonly maximumMinor: number }> } };

export type RulesOfTraders = { readonly revision: number, readonly maxLegs: number | null, readonly delaySeconds: number | null, readonly decidedBy: string | null, readonly decidedAt: string | null, readonly reason: string | null, readonly suspended: ReadonlyArray<{ readonly id: string, readonly scope: TradingScope, readonly targetId: string, readonly name: string, readonly startsAt: string | null }>, readonly limits: ReadonlyArray<{ readonly id: string, readonly scope: TradingScope, readonly targetId: string, readonly name: string, readonly currency: string, readonly stakeMinor: number | null, readonly liabilityMinor: number | null }>, readonly stakes: ReadonlyArray<{ readonly currency: string, readonly minimumMinor: number, readonly maximumMinor: number }> };

export type SuspendedTarget = { readonly id: string, readonly scope: TradingScope, readonly targetId: string, readonly name: string, readonly startsAt: string | null };

export type LimitOfTraders = { readonly id: string, readonly scope: TradingScope, readonly targetId: string, readonly name: string, readonly currency: string, readonly stakeMinor: number | null, readonly liabilityMinor: number | null };

export type DeclaredVoidsVariables = Exact<{
  brand: string;
}>;


export type DeclaredVoids = { readonly declaredVoids: ReadonlyArray<{ readonly id: string, readonly scope: TradingScope, readonly targetId: string, readonly name: string, readonly reason: string | null, readonly decidedBy: string, readonly decidedAt: string }> };

export type DeclaredVoid = { readonly id: string, readonly scope: TradingScope, readonly targetId: string, readonly name: string, readonly reason: string | null, readonly decidedBy: string, readonly decidedAt: string };

export type CustomerFactorsVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type CustomerFactors = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly factorMilli: number, readonly reason: string, readonly decidedBy: string, readonly decidedAt: string }> } };

export type FactorOfCustomer = { readonly id: string, readonly customer: string, readonly factorMilli: number, readonly reason: string, readonly decidedBy: string, readonly decidedAt: string };

export type SuspendBettingVariables = Exact<{
  input: SuspendBettingInput;
}>;


export type SuspendBetting = { readonly suspendBetting: { readonly id: string } };

export type LimitBettingVariables = Exact<{
  input: LimitBettingInput;
}>;


export type LimitBetting = { readonly limitBetting: { readonly id: string } };

export type SetBettingTermsVariables = Exact<{
  input: BettingTermsInput;
}>;


export type SetBettingTerms = { readonly setBettingTerms: { readonly id: string } };

export type SetCustomerFactorVariables = Exact<{
  input: CustomerFactorInput;
}>;


export type SetCustomerFactor = { readonly setCustomerFactor: boolean };

export type ProposeBetVoidVariables = Exact<{
  input: VoidBetInput;
}>;


export type ProposeBetVoid = { readonly proposeBetVoid: { readonly proposalId: string } };

export type ProposeVoidVariables = Exact<{
  input: VoidMarketInput;
}>;


export type ProposeVoid = { readonly proposeVoid: { readonly proposalId: string } };

export type HomeBettingVariables = Exact<{
  brand: string;
}>;


export type HomeBetting = { readonly bettingEvents: ReadonlyArray<{ readonly event: string, readonly currency: string, readonly worstMinor: number, readonly bets: number }>, readonly tradingRules: { readonly suspended: ReadonlyArray<{ readonly name: string, readonly targetId: string }> } };

export type LagHistoryVariables = Exact<{ [key: string]: never; }>;


export type LagHistory = { readonly lagHistory: ReadonlyArray<{ readonly at: string, readonly records: number | null, readonly trackerSeconds: number | null }> };

export type LagSample = { readonly at: string, readonly records: number | null, readonly trackerSeconds: number | null };

export type LiabilityHoursVariables = Exact<{
  brand: string;
}>;


export type LiabilityHours = { readonly riskForecast: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly isoWeek: string, readonly currency: string, readonly asOf: string, readonly elapsedHours: number, readonly weekHours: number, readonly unavailable: string | null, readonly now: { readonly valueMinor: number }, readonly likely: { readonly valueMinor: number } | null, readonly low: { readonly valueMinor: number } | null, readonly high: { readonly valueMinor: number } | null, readonly hours: ReadonlyArray<{ readonly hour: number, readonly valueMinor: number }>, readonly before: ReadonlyArray<{ readonly hour: number, readonly valueMinor: number }> }> };

export type HourlyForecast = { readonly id: string, readonly brand: string, readonly isoWeek: string, readonly currency: string, readonly asOf: string, readonly elapsedHours: number, readonly weekHours: number, readonly unavailable: string | null, readonly now: { readonly valueMinor: number }, readonly likely: { readonly valueMinor: number } | null, readonly low: { readonly valueMinor: number } | null, readonly high: { readonly valueMinor: number } | null, readonly hours: ReadonlyArray<{ readonly hour: number, readonly valueMinor: number }>, readonly before: ReadonlyArray<{ readonly hour: number, readonly valueMinor: number }> };

export type ContentItemsVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand?: string | null | undefined;
  states?: ReadonlyArray<ContentState> | ContentState | null | undefined;
  rewardId?: string | null | undefined;
}>;


export type ContentItems = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly rewardId: string, readonly configVersion: number | null, readonly version: number, readonly changedAt: string, readonly open: { readonly revision: number, readonly state: ContentState, readonly document: { readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string }> } } | null, readonly published: { readonly revision: number, readonly state: ContentState, readonly document: { readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string }> } } | null }> } };

export type ListedContent = { readonly id: string, readonly brand: string, readonly rewardId: string, readonly configVersion: number | null, readonly version: number, readonly changedAt: string, readonly open: { readonly revision: number, readonly state: ContentState, readonly document: { readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string }> } } | null, readonly published: { readonly revision: number, readonly state: ContentState, readonly document: { readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string }> } } | null };

export type ListedRevision = { readonly revision: number, readonly state: ContentState, readonly document: { readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string }> } };

export type ContentBrandsVariables = Exact<{ [key: string]: never; }>;


export type ContentBrands = { readonly contentBrands: ReadonlyArray<{ readonly id: string, readonly name: string, readonly timeZone: string, readonly locales: ReadonlyArray<string>, readonly defaultLocale: string, readonly jurisdictions: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly rewards: ReadonlyArray<{ readonly rewardId: string, readonly configVersion: number, readonly status: string, readonly kind: string, readonly namesGames: boolean }> }> };

export type ContentBrand = { readonly id: string, readonly name: string, readonly timeZone: string, readonly locales: ReadonlyArray<string>, readonly defaultLocale: string, readonly jurisdictions: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly rewards: ReadonlyArray<{ readonly rewardId: string, readonly configVersion: number, readonly status: string, readonly kind: string, readonly namesGames: boolean }> };

export type ReadContentVariables = Exact<{
  brand: string;
  rewardId: string;
  configVersion?: number | null | undefined;
}>;


export type ReadContent = { readonly contentItem: { readonly id: string, readonly brand: string, readonly rewardId: string, readonly configVersion: number | null, readonly version: number, readonly open: { readonly id: string, readonly revision: number, readonly state: ContentState, readonly contentHash: string, readonly createdAt: string, readonly editedAt: string, readonly editedBy: string, readonly rollbackOf: number | null, readonly approvedAt: string | null, readonly approvedBy: string | null, readonly publishAtLocal: string | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly note: string | null, readonly document: { readonly position: number, readonly eligibleGames: ReadonlyArray<string>, readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string, readonly summary: string, readonly significantTerms: string, readonly termsUrl: string, readonly imageUrl: string, readonly imageAlt: string, readonly imageAddress: string | null }> }, readonly proposal: { readonly id: string, readonly contentHash: string, readonly reason: string, readonly proposedBy: string } | null } | null, readonly published: { readonly id: string, readonly revision: number, readonly state: ContentState, readonly contentHash: string, readonly createdAt: string, readonly editedAt: string, readonly editedBy: string, readonly rollbackOf: number | null, readonly approvedAt: string | null, readonly approvedBy: string | null, readonly publishAtLocal: string | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly note: string | null, readonly document: { readonly position: number, readonly eligibleGames: ReadonlyArray<string>, readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string, readonly summary: string, readonly significantTerms: string, readonly termsUrl: string, readonly imageUrl: string, readonly imageAlt: string, readonly imageAddress: string | null }> }, readonly proposal: { readonly id: string, readonly contentHash: string, readonly reason: string, readonly proposedBy: string } | null } | null } | null };

export type ContentItem = { readonly id: string, readonly brand: string, readonly rewardId: string, readonly configVersion: number | null, readonly version: number, readonly open: { readonly id: string, readonly revision: number, readonly state: ContentState, readonly contentHash: string, readonly createdAt: string, readonly editedAt: string, readonly editedBy: string, readonly rollbackOf: number | null, readonly approvedAt: string | null, readonly approvedBy: string | null, readonly publishAtLocal: string | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly note: string | null, readonly document: { readonly position: number, readonly eligibleGames: ReadonlyArray<string>, readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string, readonly summary: string, readonly significantTerms: string, readonly termsUrl: string, readonly imageUrl: string, readonly imageAlt: string, readonly imageAddress: string | null }> }, readonly proposal: { readonly id: string, readonly contentHash: string, readonly reason: string, readonly proposedBy: string } | null } | null, readonly published: { readonly id: string, readonly revision: number, readonly state: ContentState, readonly contentHash: string, readonly createdAt: string, readonly editedAt: string, readonly editedBy: string, readonly rollbackOf: number | null, readonly approvedAt: string | null, readonly approvedBy: string | null, readonly publishAtLocal: string | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly note: string | null, readonly document: { readonly position: number, readonly eligibleGames: ReadonlyArray<string>, readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string, readonly summary: string, readonly significantTerms: string, readonly termsUrl: string, readonly imageUrl: string, readonly imageAlt: string, readonly imageAddress: string | null }> }, readonly proposal: { readonly id: string, readonly contentHash: string, readonly reason: string, readonly proposedBy: string } | null } | null };

export type ContentRevision = { readonly id: string, readonly revision: number, readonly state: ContentState, readonly contentHash: string, readonly createdAt: string, readonly editedAt: string, readonly editedBy: string, readonly rollbackOf: number | null, readonly approvedAt: string | null, readonly approvedBy: string | null, readonly publishAtLocal: string | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly note: string | null, readonly document: { readonly position: number, readonly eligibleGames: ReadonlyArray<string>, readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string, readonly summary: string, readonly significantTerms: string, readonly termsUrl: string, readonly imageUrl: string, readonly imageAlt: string, readonly imageAddress: string | null }> }, readonly proposal: { readonly id: string, readonly contentHash: string, readonly reason: string, readonly proposedBy: string } | null };

export type ContentRevisionsVariables = Exact<{
  brand: string;
  rewardId: string;
  configVersion?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ContentRevisions = { readonly contentItem: { readonly id: string, readonly revisions: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly revision: number, readonly state: ContentState, readonly contentHash: string, readonly createdAt: string, readonly editedAt: string, readonly editedBy: string, readonly rollbackOf: number | null, readonly approvedAt: string | null, readonly approvedBy: string | null, readonly publishAtLocal: string | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly note: string | null, readonly document: { readonly position: number, readonly eligibleGames: ReadonlyArray<string>, readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string, readonly summary: string, readonly significantTerms: string, readonly termsUrl: string, readonly imageUrl: string, readonly imageAlt: string, readonly imageAddress: string | null }> }, readonly proposal: { readonly id: string, readonly contentHash: string, readonly reason: string, readonly proposedBy: string } | null }> } } | null };

export type ContentDiffVariables = Exact<{
  brand: string;
  rewardId: string;
  configVersion?: number | null | undefined;
  before?: number | null | undefined;
  after: number;
}>;


export type ContentDiff = { readonly contentDiff: ReadonlyArray<{ readonly path: string, readonly locale: string | null, readonly field: string, readonly before: string | null, readonly after: string | null, readonly spans: ReadonlyArray<{ readonly kind: DiffSpanKind, readonly text: string }> }> };

export type ContentChange = { readonly path: string, readonly locale: string | null, readonly field: string, readonly before: string | null, readonly after: string | null, readonly spans: ReadonlyArray<{ readonly kind: DiffSpanKind, readonly text: string }> };

export type LintContentVariables = Exact<{
  brand: string;
  rewardId: string;
  configVersion?: number | null | undefined;
  document: ContentDocumentInput;
}>;


export type LintContent = { readonly lintContent: ReadonlyArray<{ readonly rule: string, readonly severity: LintSeverity, readonly path: string, readonly message: string }> };

export type Finding = { readonly rule: string, readonly severity: LintSeverity, readonly path: string, readonly message: string };

export type PreviewStatesVariables = Exact<{ [key: string]: never; }>;


export type PreviewStates = { readonly contentPreviewStates: ReadonlyArray<{ readonly name: string, readonly says: string, readonly brand: string }> };

export type ContentPreviewVariables = Exact<{
  brand: string;
  rewardId: string;
  configVersion?: number | null | undefined;
  document: ContentDocumentInput;
  locale: string;
  state: string;
}>;


export type ContentPreview = { readonly contentPreview: { readonly club: string, readonly records: string } };

export type SaveContentVariables = Exact<{
  input: SaveContentInput;
}>;


export type SaveContent = { readonly saveContent: { readonly id: string, readonly brand: string, readonly rewardId: string, readonly configVersion: number | null, readonly version: number, readonly open: { readonly id: string, readonly revision: number, readonly state: ContentState, readonly contentHash: string, readonly createdAt: string, readonly editedAt: string, readonly editedBy: string, readonly rollbackOf: number | null, readonly approvedAt: string | null, readonly approvedBy: string | null, readonly publishAtLocal: string | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly note: string | null, readonly document: { readonly position: number, readonly eligibleGames: ReadonlyArray<string>, readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string, readonly summary: string, readonly significantTerms: string, readonly termsUrl: string, readonly imageUrl: string, readonly imageAlt: string, readonly imageAddress: string | null }> }, readonly proposal: { readonly id: string, readonly contentHash: string, readonly reason: string, readonly proposedBy: string } | null } | null, readonly published: { readonly id: string, readonly revision: number, readonly state: ContentState, readonly contentHash: string, readonly createdAt: string, readonly editedAt: string, readonly editedBy: string, readonly rollbackOf: number | null, readonly approvedAt: string | null, readonly approvedBy: string | null, readonly publishAtLocal: string | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly note: string | null, readonly document: { readonly position: number, readonly eligibleGames: ReadonlyArray<string>, readonly texts: ReadonlyArray<{ readonly locale: string, readonly title: string, readonly summary: string, readonly significantTerms: string, readonly termsUrl: string, readonly imageUrl: string, readonly imageAlt: string, readonly imageAddress: string | null }> }, readonly proposal: { readonly id: string, readonly contentHash: string, readonly reason: string, readonly proposedBy: string } | null } | null } };

export type UploadImageVariables = Exact<{
  input: UploadContentImageInput;
}>;


export type UploadImage = { readonly uploadContentImage: { readonly imageUrl: string, readonly address: string, readonly width: number, readonly height: number, readonly bytes: number } };

export type UploadedImage = { readonly imageUrl: string, readonly address: string, readonly width: number, readonly height: number, readonly bytes: number };

export type SubmitContentVariables = Exact<{
  input: SubmitContentInput;
}>;


export type SubmitContent = { readonly submitContent: { readonly id: string, readonly version: number } };

export type WithdrawContentVariables = Exact<{
  input: ContentStepInput;
}>;


export type WithdrawContent = { readonly withdrawContent: { readonly id: string, readonly version: number } };

export type PublishContentVariables = Exact<{
  input: ContentStepInput;
}>;


export type PublishContent = { readonly publishContent: { readonly id: string, readonly version: number } };

export type ScheduleContentVariables = Exact<{
  input: ScheduleContentInput;
}>;


export type ScheduleContent = { readonly scheduleContent: { readonly id: string, readonly version: number } };

export type UnscheduleContentVariables = Exact<{
  input: ContentStepInput;
}>;


export type UnscheduleContent = { readonly unscheduleContent: { readonly id: string, readonly version: number } };

export type RollBackContentVariables = Exact<{
  input: RollBackContentInput;
}>;


export type RollBackContent = { readonly rollBackContent: { readonly id: string, readonly version: number } };

export type ReadBoardBrandVariables = Exact<{
  brand: string;
}>;


export type ReadBoardBrand = { readonly boardBrand: { readonly id: string, readonly name: string, readonly locales: ReadonlyArray<string>, readonly timeZone: string, readonly jurisdictions: ReadonlyArray<string>, readonly countries: ReadonlyArray<string>, readonly sports: ReadonlyArray<{ readonly id: string, readonly name: string }> } };

export type BoardBrand = { readonly id: string, readonly name: string, readonly locales: ReadonlyArray<string>, readonly timeZone: string, readonly jurisdictions: ReadonlyArray<string>, readonly countries: ReadonlyArray<string>, readonly sports: ReadonlyArray<{ readonly id: string, readonly name: string }> };

export type BoardVariables = Exact<{
  brand: string;
  scope: BoardScope;
  sport?: string | null | undefined;
  search?: string | null | undefined;
  day?: string | null | undefined;
  territory: string;
  locale: string;
  onBoard: boolean;
  after?: string | null | undefined;
}>;


export type Board = { readonly board: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly scope: BoardScope, readonly entry: string, readonly name: string, readonly sport: string, readonly competition: string, readonly startsAt: string | null, readonly status: string | null, readonly shownName: string, readonly imageAddress: string | null, readonly position: number | null, readonly hidden: boolean, readonly onBoard: boolean, readonly placements: number, readonly changesAt: string | null, readonly pending: ReadonlyArray<{ readonly id: string, readonly proposedBy: string, readonly proposedAt: string, readonly reason: string }> }> } };

export type BoardItem = { readonly id: string, readonly brand: string, readonly scope: BoardScope, readonly entry: string, readonly name: string, readonly sport: string, readonly competition: string, readonly startsAt: string | null, readonly status: string | null, readonly shownName: string, readonly imageAddress: string | null, readonly position: number | null, readonly hidden: boolean, readonly onBoard: boolean, readonly placements: number, readonly changesAt: string | null, readonly pending: ReadonlyArray<{ readonly id: string, readonly proposedBy: string, readonly proposedAt: string, readonly reason: string }> };

export type ReadBoardEntryVariables = Exact<{
  brand: string;
  scope: BoardScope;
  entry: string;
}>;


export type ReadBoardEntry = { readonly boardEntry: { readonly revision: number, readonly item: { readonly id: string, readonly brand: string, readonly scope: BoardScope, readonly entry: string, readonly name: string, readonly sport: string, readonly competition: string, readonly startsAt: string | null, readonly status: string | null, readonly shownName: string, readonly imageAddress: string | null, readonly position: number | null, readonly hidden: boolean, readonly onBoard: boolean, readonly placements: number, readonly changesAt: string | null, readonly pending: ReadonlyArray<{ readonly id: string, readonly proposedBy: string, readonly proposedAt: string, readonly reason: string }> }, readonly placements: ReadonlyArray<{ readonly territories: ReadonlyArray<string>, readonly since: string | null, readonly sinceLocal: string, readonly sinceOccurrence: ClockOccurrence | null, readonly until: string | null, readonly untilLocal: string, readonly untilOccurrence: ClockOccurrence | null, readonly hidden: boolean, readonly position: number | null, readonly imageUrl: string, readonly imageAddress: string | null, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }> }> } };

export type BoardEntry = { readonly revision: number, readonly item: { readonly id: string, readonly brand: string, readonly scope: BoardScope, readonly entry: string, readonly name: string, readonly sport: string, readonly competition: string, readonly startsAt: string | null, readonly status: string | null, readonly shownName: string, readonly imageAddress: string | null, readonly position: number | null, readonly hidden: boolean, readonly onBoard: boolean, readonly placements: number, readonly changesAt: string | null, readonly pending: ReadonlyArray<{ readonly id: string, readonly proposedBy: string, readonly proposedAt: string, readonly reason: string }> }, readonly placements: ReadonlyArray<{ readonly territories: ReadonlyArray<string>, readonly since: string | null, readonly sinceLocal: string, readonly sinceOccurrence: ClockOccurrence | null, readonly until: string | null, readonly untilLocal: string, readonly untilOccurrence: ClockOccurrence | null, readonly hidden: boolean, readonly position: number | null, readonly imageUrl: string, readonly imageAddress: string | null, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }> }> };

export type BoardPlacement = { readonly territories: ReadonlyArray<string>, readonly since: string | null, readonly sinceLocal: string, readonly sinceOccurrence: ClockOccurrence | null, readonly until: string | null, readonly untilLocal: string, readonly untilOccurrence: ClockOccurrence | null, readonly hidden: boolean, readonly position: number | null, readonly imageUrl: string, readonly imageAddress: string | null, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }> };

export type BoardRevisionsVariables = Exact<{
  brand: string;
  scope: BoardScope;
  entry: string;
}>;


export type BoardRevisions = { readonly boardRevisions: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly revision: number, readonly name: string, readonly reason: string | null, readonly proposedBy: string, readonly approvedBy: string | null, readonly changedAt: string, readonly placements: ReadonlyArray<{ readonly territories: ReadonlyArray<string>, readonly since: string | null, readonly sinceLocal: string, readonly sinceOccurrence: ClockOccurrence | null, readonly until: string | null, readonly untilLocal: string, readonly untilOccurrence: ClockOccurrence | null, readonly hidden: boolean, readonly position: number | null, readonly imageUrl: string, readonly imageAddress: string | null, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }> }> }> } };

export type BoardRevision = { readonly id: string, readonly revision: number, readonly name: string, readonly reason: string | null, readonly proposedBy: string, readonly approvedBy: string | null, readonly changedAt: string, readonly placements: ReadonlyArray<{ readonly territories: ReadonlyArray<string>, readonly since: string | null, readonly sinceLocal: string, readonly sinceOccurrence: ClockOccurrence | null, readonly until: string | null, readonly untilLocal: string, readonly untilOccurrence: ClockOccurrence | null, readonly hidden: boolean, readonly position: number | null, readonly imageUrl: string, readonly imageAddress: string | null, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }> }> };

export type TryBoardEntryVariables = Exact<{
  input: TryBoardEntryInput;
}>;


export type TryBoardEntry = { readonly tryBoardEntry: { readonly before: { readonly place: number | null, readonly first: number, readonly total: number, readonly items: ReadonlyArray<{ readonly entry: string, readonly name: string, readonly startsAt: string | null, readonly imageAddress: string | null }> }, readonly after: { readonly place: number | null, readonly first: number, readonly total: number, readonly items: ReadonlyArray<{ readonly entry: string, readonly name: string, readonly startsAt: string | null, readonly imageAddress: string | null }> }, readonly problems: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly path: string, readonly message: string }> } };

export type BoardPreview = { readonly before: { readonly place: number | null, readonly first: number, readonly total: number, readonly items: ReadonlyArray<{ readonly entry: string, readonly name: string, readonly startsAt: string | null, readonly imageAddress: string | null }> }, readonly after: { readonly place: number | null, readonly first: number, readonly total: number, readonly items: ReadonlyArray<{ readonly entry: string, readonly name: string, readonly startsAt: string | null, readonly imageAddress: string | null }> }, readonly problems: ReadonlyArray<{ readonly path: string, readonly message: string }>, readonly warnings: ReadonlyArray<{ readonly path: string, readonly message: string }> };

export type BoardPreviewList = { readonly place: number | null, readonly first: number, readonly total: number, readonly items: ReadonlyArray<{ readonly entry: string, readonly name: string, readonly startsAt: string | null, readonly imageAddress: string | null }> };

export type ProposeBoardEntryVariables = Exact<{
  input: ProposeBoardEntryInput;
}>;


export type ProposeBoardEntry = { readonly proposeBoardEntry: string };

export type RemoveBoardEntryVariables = Exact<{
  input: RemoveBoardEntryInput;
}>;


export type RemoveBoardEntry = { readonly removeBoardEntry: string };

export type RollBackBoardEntryVariables = Exact<{
  input: RollBackBoardEntryInput;
}>;


export type RollBackBoardEntry = { readonly rollBackBoardEntry: string };

export type EventOffersVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  sport?: string | null | undefined;
  provider?: string | null | undefined;
  day?: string | null | undefined;
  text?: string | null | undefined;
  state?: OfferState | null | undefined;
}>;


export type EventOffers = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly state: OfferState, readonly offer: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string }, readonly event: { readonly id: string, readonly name: string, readonly offers: number } | null }> } };

export type ListedOffer = { readonly id: string, readonly state: OfferState, readonly offer: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string }, readonly event: { readonly id: string, readonly name: string, readonly offers: number } | null };

export type Offer = { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string };

export type OfferedSportsVariables = Exact<{ [key: string]: never; }>;


export type OfferedSports = { readonly offeredSports: ReadonlyArray<string> };

export type WaitingMatchesVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type WaitingMatches = { readonly waitingMatches: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly sport: string, readonly offers: ReadonlyArray<{ readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string }>, readonly candidates: ReadonlyArray<{ readonly id: string, readonly confidence: number, readonly waiting: boolean, readonly version: string, readonly offers: ReadonlyArray<{ readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string }>, readonly decided: { readonly verdict: MatchVerdict, readonly by: string, readonly at: string } | null }> }> } };

export type WaitingMatch = { readonly id: string, readonly sport: string, readonly offers: ReadonlyArray<{ readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string }>, readonly candidates: ReadonlyArray<{ readonly id: string, readonly confidence: number, readonly waiting: boolean, readonly version: string, readonly offers: ReadonlyArray<{ readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string }>, readonly decided: { readonly verdict: MatchVerdict, readonly by: string, readonly at: string } | null }> };

export type Candidate = { readonly id: string, readonly confidence: number, readonly waiting: boolean, readonly version: string, readonly offers: ReadonlyArray<{ readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string }>, readonly decided: { readonly verdict: MatchVerdict, readonly by: string, readonly at: string } | null };

export type WaitingMatchCountVariables = Exact<{ [key: string]: never; }>;


export type WaitingMatchCount = { readonly waitingMatchCount: number };

export type DecideMatchVariables = Exact<{
  input: DecideMatchInput;
}>;


export type DecideMatch = { readonly decideMatch: ReadonlyArray<string> };

export type MatchDecisionsVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type MatchDecisions = { readonly matchDecisions: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly verdict: MatchVerdict | null, readonly state: MatchDecisionState, readonly version: string, readonly by: string, readonly at: string, readonly reason: string | null, readonly learned: number, readonly together: number, readonly first: { readonly provider: string, readonly sportsEventId: string, readonly offer: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string } | null }, readonly second: { readonly provider: string, readonly sportsEventId: string, readonly offer: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string } | null }, readonly remaining: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string } | null }> } };

export type MatchDecision = { readonly id: string, readonly verdict: MatchVerdict | null, readonly state: MatchDecisionState, readonly version: string, readonly by: string, readonly at: string, readonly reason: string | null, readonly learned: number, readonly together: number, readonly first: { readonly provider: string, readonly sportsEventId: string, readonly offer: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string } | null }, readonly second: { readonly provider: string, readonly sportsEventId: string, readonly offer: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string } | null }, readonly remaining: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string } | null };

export type NamedOffer = { readonly provider: string, readonly sportsEventId: string, readonly offer: { readonly id: string, readonly provider: string, readonly sportsEventId: string, readonly sport: string, readonly competition: string, readonly name: string, readonly competitors: ReadonlyArray<string>, readonly startsAt: string, readonly status: string, readonly knownSince: string } | null };

export type UndoMatchDecisionVariables = Exact<{
  input: UndoMatchDecisionInput;
}>;


export type UndoMatchDecision = { readonly undoMatchDecision: ReadonlyArray<string> };

export type LeadersVariables = Exact<{ [key: string]: never; }>;


export type Leaders = { readonly eventLeaders: ReadonlyArray<{ readonly data: string, readonly provider: string | null, readonly since: string | null, readonly reason: string }>, readonly eventProviders: ReadonlyArray<{ readonly id: string, readonly capabilities: ReadonlyArray<string>, readonly complete: boolean, readonly problem: string, readonly delayMs: number, readonly saidAt: string, readonly trusted: boolean | null, readonly since: string | null, readonly reason: string, readonly failures: number, readonly wellSince: string | null }> };

export type EventProvider = { readonly id: string, readonly capabilities: ReadonlyArray<string>, readonly complete: boolean, readonly problem: string, readonly delayMs: number, readonly saidAt: string, readonly trusted: boolean | null, readonly since: string | null, readonly reason: string, readonly failures: number, readonly wellSince: string | null };

export type LeaderChangesVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type LeaderChanges = { readonly leaderChanges: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly data: string, readonly before: string | null, readonly after: string | null, readonly reason: string, readonly changedAt: string }> } };

export type LeaderChange = { readonly id: string, readonly data: string, readonly before: string | null, readonly after: string | null, readonly reason: string, readonly changedAt: string };

export type FinanceDaysVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type FinanceDays = { readonly financeCloses: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly day: string, readonly sequence: number, readonly closedAt: string, readonly hash: string, readonly signed: boolean, readonly begins: string, readonly transfers: number, readonly differences: ReadonlyArray<{ readonly words: string, readonly currency: string, readonly accountId: string }>, readonly positions: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly currency: string, readonly account: string, readonly openingMinor: number, readonly closingMinor: number, readonly movements: ReadonlyArray<{ readonly code: string, readonly debitsMinor: number, readonly creditsMinor: number, readonly transfers: number }> }> }> } };

export type FinanceDay = { readonly id: string, readonly day: string, readonly sequence: number, readonly closedAt: string, readonly hash: string, readonly signed: boolean, readonly begins: string, readonly transfers: number, readonly differences: ReadonlyArray<{ readonly words: string, readonly currency: string, readonly accountId: string }>, readonly positions: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly currency: string, readonly account: string, readonly openingMinor: number, readonly closingMinor: number, readonly movements: ReadonlyArray<{ readonly code: string, readonly debitsMinor: number, readonly creditsMinor: number, readonly transfers: number }> }> };

export type DayPosition = { readonly id: string, readonly brand: string, readonly currency: string, readonly account: string, readonly openingMinor: number, readonly closingMinor: number, readonly movements: ReadonlyArray<{ readonly code: string, readonly debitsMinor: number, readonly creditsMinor: number, readonly transfers: number }> };

export type PayoutStopsVariables = Exact<{ [key: string]: never; }>;


export type PayoutStops = { readonly financeHolds: ReadonlyArray<{ readonly id: string, readonly currency: string, readonly day: string, readonly differences: number, readonly heldAt: string }> };

export type PayoutStop = { readonly id: string, readonly currency: string, readonly day: string, readonly differences: number, readonly heldAt: string };

export type ReleasesWaitingVariables = Exact<{ [key: string]: never; }>;


export type ReleasesWaiting = { readonly approvals: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly content: unknown, readonly visible: boolean }> } };

export type FinanceCorrectionsVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type FinanceCorrections = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly currency: string, readonly amountMinor: number, readonly credit: string, readonly reason: string, readonly proposedBy: string, readonly approvedBy: string, readonly decidedAt: string, readonly state: CorrectionState, readonly refusal: string | null, readonly settledAt: string | null }> } };

export type DecidedCorrection = { readonly id: string, readonly customer: string, readonly currency: string, readonly amountMinor: number, readonly credit: string, readonly reason: string, readonly proposedBy: string, readonly approvedBy: string, readonly decidedAt: string, readonly state: CorrectionState, readonly refusal: string | null, readonly settledAt: string | null };

export type CorrectableAccountsVariables = Exact<{
  customer: string;
}>;


export type CorrectableAccounts = { readonly correctableAccounts: ReadonlyArray<{ readonly id: string, readonly currency: string, readonly account: string, readonly credit: string, readonly availableMinor: number, readonly reservedMinor: number, readonly expiresAt: string | null }> };

export type HeldMoney = { readonly id: string, readonly currency: string, readonly account: string, readonly credit: string, readonly availableMinor: number, readonly reservedMinor: number, readonly expiresAt: string | null };

export type PreviewCorrectionVariables = Exact<{
  correction: CorrectionInput;
}>;


export type PreviewCorrection = { readonly correctionPreview: { readonly beforeMinor: number, readonly afterMinor: number, readonly refusal: string | null, readonly waits: boolean } };

export type FinancialChecksVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type FinancialChecks = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly dueAt: string, readonly currency: string, readonly netMinor: number }> } };

export type WaitingCheck = { readonly id: string, readonly customer: string, readonly dueAt: string, readonly currency: string, readonly netMinor: number };

export type WaitingWithdrawalsVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type WaitingWithdrawals = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly methodId: string, readonly currency: string, readonly amountMinor: number, readonly review: string, readonly askedAt: string }> } };

export type WaitingWithdrawal = { readonly id: string, readonly customer: string, readonly methodId: string, readonly currency: string, readonly amountMinor: number, readonly review: string, readonly askedAt: string };

export type PaymentCasesVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type PaymentCases = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: PaymentCaseKind, readonly processor: string, readonly paymentId: string, readonly currency: string, readonly amountMinor: number, readonly openedAt: string, readonly details: ReadonlyArray<{ readonly name: string, readonly value: string }> }> } };

export type OpenCase = { readonly id: string, readonly kind: PaymentCaseKind, readonly processor: string, readonly paymentId: string, readonly currency: string, readonly amountMinor: number, readonly openedAt: string, readonly details: ReadonlyArray<{ readonly name: string, readonly value: string }> };

export type DecideWithdrawalVariables = Exact<{
  input: DecideWithdrawalInput;
}>;


export type DecideWithdrawal = { readonly proposeWithdrawalDecision: { readonly proposalId: string } };

export type CloseCaseVariables = Exact<{
  input: ClosePaymentCaseInput;
}>;


export type CloseCase = { readonly closePaymentCase: boolean };

export type ProposeCorrectionVariables = Exact<{
  input: ProposeCorrectionInput;
}>;


export type ProposeCorrection = { readonly proposeCorrection: { readonly proposalId: string } };

export type ReleasePayoutsVariables = Exact<{
  input: ReleasePayoutsInput;
}>;


export type ReleasePayouts = { readonly proposePayoutRelease: { readonly proposalId: string } };

export type CloseCheckVariables = Exact<{
  input: CloseFinancialCheckInput;
}>;


export type CloseCheck = { readonly closeFinancialCheck: boolean };

export type HomeFinanceVariables = Exact<{
  brand: string;
}>;


export type HomeFinance = { readonly financeHolds: ReadonlyArray<{ readonly currency: string, readonly day: string }>, readonly financeWaiting: { readonly checks: number, readonly corrections: number, readonly withdrawals: number, readonly cases: number, readonly differingDays: number } };

export type HomeDayVariables = Exact<{ [key: string]: never; }>;


export type HomeDay = { readonly financeCloses: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly day: string, readonly sequence: number, readonly closedAt: string, readonly hash: string, readonly signed: boolean, readonly begins: string, readonly transfers: number, readonly differences: ReadonlyArray<{ readonly words: string, readonly currency: string, readonly accountId: string }>, readonly positions: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly currency: string, readonly account: string, readonly openingMinor: number, readonly closingMinor: number, readonly movements: ReadonlyArray<{ readonly code: string, readonly debitsMinor: number, readonly creditsMinor: number, readonly transfers: number }> }> }> } };

export type MyDecisionsVariables = Exact<{ [key: string]: never; }>;


export type MyDecisions = { readonly myDecisions: ReadonlyArray<{ readonly id: string, readonly kind: string, readonly brand: string | null, readonly status: ProposalStatus, readonly decidedAt: string | null, readonly decidedBy: string | null, readonly decisionReason: string | null, readonly content: unknown, readonly visible: boolean }> };

export type Decided = { readonly id: string, readonly kind: string, readonly brand: string | null, readonly status: ProposalStatus, readonly decidedAt: string | null, readonly decidedBy: string | null, readonly decisionReason: string | null, readonly content: unknown, readonly visible: boolean };

export type SeeDecisionsVariables = Exact<{
  newest: string;
}>;


export type SeeDecisions = { readonly seeDecisions: number };

export type ShownBrandsVariables = Exact<{ [key: string]: never; }>;


export type ShownBrands = { readonly contentBrands: ReadonlyArray<{ readonly id: string, readonly name: string, readonly timeZone: string, readonly currencies: ReadonlyArray<string>, readonly rewards: ReadonlyArray<{ readonly rewardId: string, readonly configVersion: number, readonly title: string | null }> }> };

export type BrandNamesVariables = Exact<{ [key: string]: never; }>;


export type BrandNames = { readonly brandNames: ReadonlyArray<{ readonly id: string, readonly name: string }> };

export type SearchVariables = Exact<{
  brand: string;
  text: string;
}>;


export type Search = { readonly search: ReadonlyArray<{ readonly id: string, readonly kind: FoundKind, readonly brand: string, readonly name: string, readonly exact: boolean, readonly customer: string | null }> };

export type Found = { readonly id: string, readonly kind: FoundKind, readonly brand: string, readonly name: string, readonly exact: boolean, readonly customer: string | null };

export type ToDecideVariables = Exact<{ [key: string]: never; }>;


export type ToDecide = { readonly unseenDecisions: number, readonly approvalsToDecide: ReadonlyArray<{ readonly id: string, readonly kind: string, readonly subject: string | null, readonly brand: string | null, readonly proposedAt: string, readonly proposedBy: string }> };

export type WaitingProposal = { readonly id: string, readonly kind: string, readonly subject: string | null, readonly brand: string | null, readonly proposedAt: string, readonly proposedBy: string };

export type HomeWeeksVariables = Exact<{
  brand: string;
}>;


export type HomeWeeks = { readonly weeks: ReadonlyArray<{ readonly isoWeek: string, readonly state: string, readonly waitsFor: string | null, readonly until: string | null }> };

export type HomeCountedVariables = Exact<{
  brand: string;
}>;


export type HomeCounted = { readonly countedBets: { readonly until: string | null, readonly waiting: boolean, readonly problem: string | null } };

export type CountedBets = { readonly until: string | null, readonly waiting: boolean, readonly problem: string | null };

export type HomeLagVariables = Exact<{
  brand: string;
}>;


export type HomeLag = { readonly countedBets: { readonly until: string | null, readonly waiting: boolean, readonly problem: string | null }, readonly consumerLag: { readonly problem: string | null, readonly partitions: ReadonlyArray<{ readonly lag: number, readonly oldestAt: string | null }> }, readonly outboxes: ReadonlyArray<{ readonly waiting: number, readonly oldestAt: string | null }> };

export type HomeNodesVariables = Exact<{ [key: string]: never; }>;


export type HomeNodes = { readonly nodes: ReadonlyArray<{ readonly node: string, readonly alive: boolean, readonly missing: number }> };

export type HomeRiskVariables = Exact<{
  brand: string;
}>;


export type HomeRisk = { readonly riskLiability: { readonly asOf: string | null, readonly lines: ReadonlyArray<{ readonly currency: string, readonly valueMinor: number }> }, readonly riskForecast: ReadonlyArray<{ readonly currency: string, readonly unavailable: string | null, readonly likely: { readonly valueMinor: number } | null, readonly low: { readonly valueMinor: number } | null, readonly high: { readonly valueMinor: number } | null }>, readonly riskWeeks: { readonly nodes: ReadonlyArray<{ readonly isoWeek: string, readonly asOf: string, readonly optedIn: number, readonly qualified: number }> }, readonly riskBudgets: { readonly nodes: ReadonlyArray<{ readonly reward: string, readonly left: number, readonly stopped: boolean }> } };

export type HomeBetsVariables = Exact<{
  brand: string;
}>;


export type HomeBets = { readonly exposure: { readonly columns: ReadonlyArray<string>, readonly rows: ReadonlyArray<ReadonlyArray<string | null>>, readonly filling: string | null, readonly completeness: ReadonlyArray<{ readonly cell: string, readonly until: string, readonly waiting: number, readonly says: string }> }, readonly revenue: { readonly columns: ReadonlyArray<string>, readonly rows: ReadonlyArray<ReadonlyArray<string | null>>, readonly filling: string | null, readonly completeness: ReadonlyArray<{ readonly cell: string, readonly until: string, readonly waiting: number, readonly says: string }> } };

export type HomeOperationsVariables = Exact<{ [key: string]: never; }>;


export type HomeOperations = { readonly killSwitches: { readonly nodes: ReadonlyArray<{ readonly brand: string, readonly state: unknown }> } };

export type HomeSupportVariables = Exact<{
  brand: string;
}>;


export type HomeSupport = { readonly goodwillBudgets: ReadonlyArray<{ readonly currency: string, readonly isoWeek: string, readonly amountMinor: number, readonly leftMinor: number, readonly agentMinor: number }> };

export type HomeOwnVariables = Exact<{ [key: string]: never; }>;


export type HomeOwn = { readonly approvals: { readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly own: boolean }> } };

export type HomeContentVariables = Exact<{
  brand: string;
}>;


export type HomeContent = { readonly drafts: { readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string }> }, readonly review: { readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string }> }, readonly ready: { readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string }> } };

export type ContentCount = { readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string }> };

export type HomePeopleVariables = Exact<{ [key: string]: never; }>;


export type HomePeople = { readonly users: { readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly status: UserStatus, readonly secondFactor: boolean }> } };

export type WaitingCasesVariables = Exact<{
  brand: string;
}>;


export type WaitingCases = { readonly waitingCases: { readonly lateBets: number, readonly heldRewards: number } };

export type WaitingLettersVariables = Exact<{ [key: string]: never; }>;


export type WaitingLetters = { readonly deadLetterCounts: ReadonlyArray<{ readonly app: string, readonly letters: number }> };

export type ReadLobbyVariables = Exact<{
  brand: string;
}>;


export type ReadLobby = { readonly lobbyContent: { readonly revision: number, readonly locales: ReadonlyArray<string>, readonly jurisdictions: ReadonlyArray<string>, readonly timeZone: string, readonly sections: ReadonlyArray<{ readonly id: string, readonly jurisdictions: ReadonlyArray<string>, readonly devices: ReadonlyArray<string>, readonly since: string, readonly until: string, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }>, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string, readonly exists: boolean }>, readonly rule: { readonly by: string, readonly days: number, readonly value: string } | null }>, readonly groups: ReadonlyArray<{ readonly id: string, readonly jurisdictions: ReadonlyArray<string>, readonly devices: ReadonlyArray<string>, readonly since: string, readonly until: string, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }>, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string, readonly exists: boolean }>, readonly rule: { readonly by: string, readonly days: number, readonly value: string } | null }> }, readonly lobbyProviders: ReadonlyArray<{ readonly provider: string, readonly listedAt: string | null, readonly askedAt: string, readonly awaySince: string | null, readonly games: number, readonly leftOut: number, readonly reason: string }> };

export type LobbyContent = { readonly revision: number, readonly locales: ReadonlyArray<string>, readonly jurisdictions: ReadonlyArray<string>, readonly timeZone: string, readonly sections: ReadonlyArray<{ readonly id: string, readonly jurisdictions: ReadonlyArray<string>, readonly devices: ReadonlyArray<string>, readonly since: string, readonly until: string, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }>, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string, readonly exists: boolean }>, readonly rule: { readonly by: string, readonly days: number, readonly value: string } | null }>, readonly groups: ReadonlyArray<{ readonly id: string, readonly jurisdictions: ReadonlyArray<string>, readonly devices: ReadonlyArray<string>, readonly since: string, readonly until: string, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }>, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string, readonly exists: boolean }>, readonly rule: { readonly by: string, readonly days: number, readonly value: string } | null }> };

export type LobbySection = { readonly id: string, readonly jurisdictions: ReadonlyArray<string>, readonly devices: ReadonlyArray<string>, readonly since: string, readonly until: string, readonly names: ReadonlyArray<{ readonly locale: string, readonly name: string }>, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string, readonly exists: boolean }>, readonly rule: { readonly by: string, readonly days: number, readonly value: string } | null };

export type LobbyProvider = { readonly provider: string, readonly listedAt: string | null, readonly askedAt: string, readonly awaySince: string | null, readonly games: number, readonly leftOut: number, readonly reason: string };

export type LobbyGamesVariables = Exact<{
  brand: string;
  search: string;
}>;


export type LobbyGames = { readonly lobbyGames: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly studio: string, readonly certified: ReadonlyArray<string> }> } };

export type TryLobbyVariables = Exact<{
  input: TryLobbyInput;
}>;


export type TryLobby = { readonly tryLobby: { readonly before: ReadonlyArray<{ readonly id: string, readonly name: string, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string }> }>, readonly after: ReadonlyArray<{ readonly id: string, readonly name: string, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string }> }>, readonly problems: ReadonlyArray<{ readonly path: string, readonly message: string }> } };

export type LobbyPreview = { readonly before: ReadonlyArray<{ readonly id: string, readonly name: string, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string }> }>, readonly after: ReadonlyArray<{ readonly id: string, readonly name: string, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string }> }>, readonly problems: ReadonlyArray<{ readonly path: string, readonly message: string }> };

export type LobbyShown = { readonly id: string, readonly name: string, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string }> };

export type ProposeLobbyVariables = Exact<{
  input: ProposeLobbyInput;
}>;


export type ProposeLobby = { readonly proposeLobby: string };

export type BrandsVariables = Exact<{ [key: string]: never; }>;


export type Brands = { readonly brands: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly timeZone: string, readonly locales: ReadonlyArray<string>, readonly revision: number, readonly missing: ReadonlyArray<string>, readonly theme: ReadonlyArray<{ readonly isOwn: boolean }> }> } };

export type ListedBrand = { readonly id: string, readonly name: string, readonly timeZone: string, readonly locales: ReadonlyArray<string>, readonly revision: number, readonly missing: ReadonlyArray<string>, readonly theme: ReadonlyArray<{ readonly isOwn: boolean }> };

export type ReadBrandVariables = Exact<{
  id: string;
}>;


export type ReadBrand = { readonly operatedBrand: { readonly id: string, readonly name: string, readonly timeZone: string, readonly defaultLocale: string, readonly locales: ReadonlyArray<string>, readonly jurisdictions: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly revision: number, readonly missing: ReadonlyArray<string>, readonly theme: ReadonlyArray<{ readonly token: string, readonly light: string, readonly dark: string, readonly isOwn: boolean }>, readonly contrasts: ReadonlyArray<{ readonly front: string, readonly back: string, readonly scheme: string, readonly frontColour: string, readonly backColour: string, readonly use: string, readonly ratio: string, readonly least: number, readonly readable: boolean }> } };

export type OperatedBrand = { readonly id: string, readonly name: string, readonly timeZone: string, readonly defaultLocale: string, readonly locales: ReadonlyArray<string>, readonly jurisdictions: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly revision: number, readonly missing: ReadonlyArray<string>, readonly theme: ReadonlyArray<{ readonly token: string, readonly light: string, readonly dark: string, readonly isOwn: boolean }>, readonly contrasts: ReadonlyArray<{ readonly front: string, readonly back: string, readonly scheme: string, readonly frontColour: string, readonly backColour: string, readonly use: string, readonly ratio: string, readonly least: number, readonly readable: boolean }> };

export type Token = { readonly token: string, readonly light: string, readonly dark: string, readonly isOwn: boolean };

export type Contrast = { readonly front: string, readonly back: string, readonly scheme: string, readonly frontColour: string, readonly backColour: string, readonly use: string, readonly ratio: string, readonly least: number, readonly readable: boolean };

export type TryThemeVariables = Exact<{
  input: TryThemeInput;
}>;


export type TryTheme = { readonly tryTheme: ReadonlyArray<{ readonly front: string, readonly back: string, readonly scheme: string, readonly frontColour: string, readonly backColour: string, readonly use: string, readonly ratio: string, readonly least: number, readonly readable: boolean }> };

export type ChangeBrandVariables = Exact<{
  input: ChangeBrandInput;
}>;


export type ChangeBrand = { readonly changeBrand: { readonly id: string, readonly name: string, readonly timeZone: string, readonly defaultLocale: string, readonly locales: ReadonlyArray<string>, readonly jurisdictions: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly revision: number, readonly missing: ReadonlyArray<string>, readonly theme: ReadonlyArray<{ readonly token: string, readonly light: string, readonly dark: string, readonly isOwn: boolean }>, readonly contrasts: ReadonlyArray<{ readonly front: string, readonly back: string, readonly scheme: string, readonly frontColour: string, readonly backColour: string, readonly use: string, readonly ratio: string, readonly least: number, readonly readable: boolean }> } };

export type BrandRevisionsVariables = Exact<{
  brand: string;
}>;


export type BrandRevisions = { readonly brandRevisions: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly revision: number, readonly name: string, readonly defaultLocale: string, readonly locales: ReadonlyArray<string>, readonly reason: string | null, readonly changedAt: string, readonly changedBy: string, readonly theme: ReadonlyArray<{ readonly token: string, readonly light: string, readonly dark: string, readonly isOwn: boolean }> }> } };

export type BrandRevision = { readonly id: string, readonly revision: number, readonly name: string, readonly defaultLocale: string, readonly locales: ReadonlyArray<string>, readonly reason: string | null, readonly changedAt: string, readonly changedBy: string, readonly theme: ReadonlyArray<{ readonly token: string, readonly light: string, readonly dark: string, readonly isOwn: boolean }> };

export type DeadLettersVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  app: string;
  topic?: string | null | undefined;
}>;


export type DeadLetters = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly app: string, readonly topic: string, readonly partition: number, readonly offset: number, readonly reason: string, readonly details: string, readonly key: string | null, readonly value: string | null, readonly storedAt: string }> } };

export type ReadDeadLetterVariables = Exact<{
  id: string;
}>;


export type ReadDeadLetter = { readonly one: { readonly id: string, readonly app: string, readonly topic: string, readonly partition: number, readonly offset: number, readonly reason: string, readonly details: string, readonly key: string | null, readonly value: string | null, readonly storedAt: string } };

export type DeadLetter = { readonly id: string, readonly app: string, readonly topic: string, readonly partition: number, readonly offset: number, readonly reason: string, readonly details: string, readonly key: string | null, readonly value: string | null, readonly storedAt: string };

export type ReplayVariables = Exact<{
  input: ReplayInput;
}>;


export type Replay = { readonly replayDeadLetter: { readonly fate: ReplayFate, readonly reason: string, readonly details: string } };

export type ReplayAllVariables = Exact<{
  input: ReplayAllInput;
}>;


export type ReplayAll = { readonly replayDeadLetters: string };

export type LateBetsVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand: string;
}>;


export type LateBets = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly bet: string, readonly customer: string, readonly isoWeek: string, readonly revision: number, readonly countedMinor: number, readonly wouldCountMinor: number, readonly currency: string | null, readonly wouldBe: string, readonly occurredAt: string, readonly closedAt: string, readonly proposal: string | null }> } };

export type LateBet = { readonly id: string, readonly brand: string, readonly bet: string, readonly customer: string, readonly isoWeek: string, readonly revision: number, readonly countedMinor: number, readonly wouldCountMinor: number, readonly currency: string | null, readonly wouldBe: string, readonly occurredAt: string, readonly closedAt: string, readonly proposal: string | null };

export type ProposeLateBetVariables = Exact<{
  input: LateBetInput;
}>;


export type ProposeLateBet = { readonly proposeLateBet: string };

export type RejectLateBetVariables = Exact<{
  input: LateBetInput;
}>;


export type RejectLateBet = { readonly rejectLateBet: boolean };

export type HeldRewardsVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand: string;
}>;


export type HeldRewards = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly customer: string, readonly isoWeek: string, readonly origin: string, readonly reward: string | null, readonly valueMinor: number | null, readonly currency: string | null, readonly provider: string | null, readonly state: string, readonly reason: string | null, readonly since: string, readonly byTwo: boolean, readonly proposal: string | null }> } };

export type HeldReward = { readonly id: string, readonly brand: string, readonly customer: string, readonly isoWeek: string, readonly origin: string, readonly reward: string | null, readonly valueMinor: number | null, readonly currency: string | null, readonly provider: string | null, readonly state: string, readonly reason: string | null, readonly since: string, readonly byTwo: boolean, readonly proposal: string | null };

export type RetryHeldRewardVariables = Exact<{
  input: RetryRewardInput;
}>;


export type RetryHeldReward = { readonly retryHeldReward: string | null };

export type CreditHeldRewardVariables = Exact<{
  input: CreditedRewardInput;
}>;


export type CreditHeldReward = { readonly creditHeldReward: boolean };

export type PendingIntentsVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand: string;
  subgraph?: string | null | undefined;
  olderThanMinutes?: number | null | undefined;
}>;


export type PendingIntents = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly subgraph: string, readonly customer: string, readonly operation: string, readonly createdAt: string, readonly waitsUntil: string | null }> } };

export type Intent = { readonly id: string, readonly subgraph: string, readonly customer: string, readonly operation: string, readonly createdAt: string, readonly waitsUntil: string | null };

export type WeekCustomersVariables = Exact<{
  brand: string;
  isoWeek: string;
}>;


export type WeekCustomers = { readonly weekCustomers: ReadonlyArray<{ readonly jurisdiction: string, readonly currency: string, readonly status: string, readonly customers: number }> };

export type LagVariables = Exact<{ [key: string]: never; }>;


export type Lag = { readonly consumerLag: { readonly readAt: string, readonly problem: string | null, readonly details: string, readonly partitions: ReadonlyArray<{ readonly id: string, readonly group: string, readonly topic: string, readonly partition: number, readonly committed: number | null, readonly end: number, readonly lag: number, readonly oldestAt: string | null }> }, readonly outboxes: ReadonlyArray<{ readonly database: string, readonly waiting: number, readonly oldestAt: string | null }> };

export type PartitionLag = { readonly id: string, readonly group: string, readonly topic: string, readonly partition: number, readonly committed: number | null, readonly end: number, readonly lag: number, readonly oldestAt: string | null };

export type KillSwitchesVariables = Exact<{ [key: string]: never; }>;


export type KillSwitches = { readonly killSwitches: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly state: unknown, readonly reason: string | null, readonly decidedAt: string, readonly decidedBy: string, readonly number: number, readonly applied: ReadonlyArray<string>, readonly missing: ReadonlyArray<{ readonly node: string, readonly reason: string | null }> }> } };

export type KillSwitch = { readonly id: string, readonly brand: string, readonly state: unknown, readonly reason: string | null, readonly decidedAt: string, readonly decidedBy: string, readonly number: number, readonly applied: ReadonlyArray<string>, readonly missing: ReadonlyArray<{ readonly node: string, readonly reason: string | null }> };

export type SetKillSwitchVariables = Exact<{
  input: SwitchInput;
}>;


export type SetKillSwitch = { readonly setKillSwitch: { readonly id: string } };

export type SwitchProviderVariables = Exact<{
  input: SwitchProviderInput;
}>;


export type SwitchProvider = { readonly setProviderSwitch: { readonly id: string } };

export type NodesVariables = Exact<{ [key: string]: never; }>;


export type Nodes = { readonly nodes: ReadonlyArray<{ readonly id: string, readonly node: string, readonly part: string, readonly process: string, readonly alive: boolean, readonly number: number, readonly missing: number, readonly missingSince: string | null, readonly receivedAt: string, readonly refused: ReadonlyArray<{ readonly node: string, readonly reason: string | null }> }> };

export type Node = { readonly id: string, readonly node: string, readonly part: string, readonly process: string, readonly alive: boolean, readonly number: number, readonly missing: number, readonly missingSince: string | null, readonly receivedAt: string, readonly refused: ReadonlyArray<{ readonly node: string, readonly reason: string | null }> };

export type ForgetNodeVariables = Exact<{
  input: ForgetNodeInput;
}>;


export type ForgetNode = { readonly forgetNode: number };

export type RewardVersionsVariables = Exact<{
  brand: string;
}>;


export type RewardVersions = { readonly rewardVersions: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly reward: string, readonly version: number, readonly kind: string, readonly status: string, readonly recalled: boolean, readonly obstacles: ReadonlyArray<string> }> };

export type RewardVersion = { readonly id: string, readonly brand: string, readonly reward: string, readonly version: number, readonly kind: string, readonly status: string, readonly recalled: boolean, readonly obstacles: ReadonlyArray<string> };

export type ChangeRewardStatusVariables = Exact<{
  input: RewardStatusInput;
}>;


export type ChangeRewardStatus = { readonly changeRewardStatus: { readonly proposal: string | null, readonly event: { readonly id: string } | null } };

export type WeeksVariables = Exact<{
  brand: string;
}>;


export type Weeks = { readonly weeks: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly isoWeek: string, readonly jurisdiction: string, readonly currency: string, readonly state: string, readonly confirmed: boolean, readonly openedWith: number | null, readonly scheme: number | null, readonly waitsFor: string | null, readonly until: string | null }> };

export type Week = { readonly id: string, readonly brand: string, readonly isoWeek: string, readonly jurisdiction: string, readonly currency: string, readonly state: string, readonly confirmed: boolean, readonly openedWith: number | null, readonly scheme: number | null, readonly waitsFor: string | null, readonly until: string | null };

export type OpenWeekVariables = Exact<{
  input: WeekInput;
}>;


export type OpenWeek = { readonly openWeek: ReadonlyArray<{ readonly id: string }> };

export type CloseWeekVariables = Exact<{
  input: WeekInput;
}>;


export type CloseWeek = { readonly proposeCloseWeek: string };

export type ProvidersVariables = Exact<{ [key: string]: never; }>;


export type Providers = { readonly providers: ReadonlyArray<{ readonly id: string, readonly kind: string, readonly adapter: string | null, readonly runsIn: string, readonly capabilities: ReadonlyArray<string>, readonly enabled: boolean, readonly revision: number, readonly imported: boolean, readonly endpoint: string | null, readonly adapterKinds: ReadonlyArray<string>, readonly stopped: boolean, readonly everywhere: boolean, readonly reason: string | null, readonly since: string | null, readonly waiting: unknown, readonly configuration: { readonly position: number, readonly adapter: string, readonly url: string, readonly secret: string, readonly kinds: ReadonlyArray<string>, readonly brands: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly limitMinor: number, readonly inFlight: number, readonly timeoutSeconds: number, readonly attempts: number, readonly pauseSeconds: number, readonly breakerFailures: number, readonly breakerRestSeconds: number, readonly keyHours: number, readonly learns: string, readonly pollMinutes: number, readonly enabled: boolean } | null, readonly status: { readonly state: string, readonly says: string, readonly since: string | null, readonly details: string }, readonly missing: ReadonlyArray<{ readonly node: string, readonly reason: string | null }>, readonly pending: ReadonlyArray<{ readonly id: string, readonly proposedBy: string, readonly reason: string }>, readonly health: ReadonlyArray<{ readonly id: string, readonly node: string, readonly worker: string | null, readonly alive: boolean, readonly revision: number, readonly problem: string | null, readonly circuit: string, readonly calls: number, readonly due: number, readonly succeededAt: string | null, readonly failedAt: string | null, readonly error: string | null, readonly creditedAt: string | null }>, readonly settings: ReadonlyArray<{ readonly name: string, readonly label: string, readonly unit: string, readonly help: string, readonly kind: string, readonly optional: boolean, readonly least: number | null, readonly above: number | null, readonly most: number | null, readonly value: unknown }>, readonly process: { readonly revision: number, readonly source: string, readonly unused: string | null, readonly items: number, readonly delayMs: number } | null, readonly limits: { readonly items: number, readonly messageBytes: number } }> };

export type SwitchableProvidersVariables = Exact<{ [key: string]: never; }>;


export type SwitchableProviders = { readonly providers: ReadonlyArray<{ readonly id: string, readonly kind: string, readonly revision: number, readonly stopped: boolean, readonly health: ReadonlyArray<{ readonly id: string }> }> };

export type ReadProviderVariables = Exact<{
  id: string;
}>;


export type ReadProvider = { readonly provider: { readonly id: string, readonly kind: string, readonly adapter: string | null, readonly runsIn: string, readonly capabilities: ReadonlyArray<string>, readonly enabled: boolean, readonly revision: number, readonly imported: boolean, readonly endpoint: string | null, readonly adapterKinds: ReadonlyArray<string>, readonly stopped: boolean, readonly everywhere: boolean, readonly reason: string | null, readonly since: string | null, readonly waiting: unknown, readonly configuration: { readonly position: number, readonly adapter: string, readonly url: string, readonly secret: string, readonly kinds: ReadonlyArray<string>, readonly brands: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly limitMinor: number, readonly inFlight: number, readonly timeoutSeconds: number, readonly attempts: number, readonly pauseSeconds: number, readonly breakerFailures: number, readonly breakerRestSeconds: number, readonly keyHours: number, readonly learns: string, readonly pollMinutes: number, readonly enabled: boolean } | null, readonly status: { readonly state: string, readonly says: string, readonly since: string | null, readonly details: string }, readonly missing: ReadonlyArray<{ readonly node: string, readonly reason: string | null }>, readonly pending: ReadonlyArray<{ readonly id: string, readonly proposedBy: string, readonly reason: string }>, readonly health: ReadonlyArray<{ readonly id: string, readonly node: string, readonly worker: string | null, readonly alive: boolean, readonly revision: number, readonly problem: string | null, readonly circuit: string, readonly calls: number, readonly due: number, readonly succeededAt: string | null, readonly failedAt: string | null, readonly error: string | null, readonly creditedAt: string | null }>, readonly settings: ReadonlyArray<{ readonly name: string, readonly label: string, readonly unit: string, readonly help: string, readonly kind: string, readonly optional: boolean, readonly least: number | null, readonly above: number | null, readonly most: number | null, readonly value: unknown }>, readonly process: { readonly revision: number, readonly source: string, readonly unused: string | null, readonly items: number, readonly delayMs: number } | null, readonly limits: { readonly items: number, readonly messageBytes: number } } };

export type Provider = { readonly id: string, readonly kind: string, readonly adapter: string | null, readonly runsIn: string, readonly capabilities: ReadonlyArray<string>, readonly enabled: boolean, readonly revision: number, readonly imported: boolean, readonly endpoint: string | null, readonly adapterKinds: ReadonlyArray<string>, readonly stopped: boolean, readonly everywhere: boolean, readonly reason: string | null, readonly since: string | null, readonly waiting: unknown, readonly configuration: { readonly position: number, readonly adapter: string, readonly url: string, readonly secret: string, readonly kinds: ReadonlyArray<string>, readonly brands: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly limitMinor: number, readonly inFlight: number, readonly timeoutSeconds: number, readonly attempts: number, readonly pauseSeconds: number, readonly breakerFailures: number, readonly breakerRestSeconds: number, readonly keyHours: number, readonly learns: string, readonly pollMinutes: number, readonly enabled: boolean } | null, readonly status: { readonly state: string, readonly says: string, readonly since: string | null, readonly details: string }, readonly missing: ReadonlyArray<{ readonly node: string, readonly reason: string | null }>, readonly pending: ReadonlyArray<{ readonly id: string, readonly proposedBy: string, readonly reason: string }>, readonly health: ReadonlyArray<{ readonly id: string, readonly node: string, readonly worker: string | null, readonly alive: boolean, readonly revision: number, readonly problem: string | null, readonly circuit: string, readonly calls: number, readonly due: number, readonly succeededAt: string | null, readonly failedAt: string | null, readonly error: string | null, readonly creditedAt: string | null }>, readonly settings: ReadonlyArray<{ readonly name: string, readonly label: string, readonly unit: string, readonly help: string, readonly kind: string, readonly optional: boolean, readonly least: number | null, readonly above: number | null, readonly most: number | null, readonly value: unknown }>, readonly process: { readonly revision: number, readonly source: string, readonly unused: string | null, readonly items: number, readonly delayMs: number } | null, readonly limits: { readonly items: number, readonly messageBytes: number } };

export type Setting = { readonly name: string, readonly label: string, readonly unit: string, readonly help: string, readonly kind: string, readonly optional: boolean, readonly least: number | null, readonly above: number | null, readonly most: number | null, readonly value: unknown };

export type Process = { readonly revision: number, readonly source: string, readonly unused: string | null, readonly items: number, readonly delayMs: number };

export type Configuration = { readonly position: number, readonly adapter: string, readonly url: string, readonly secret: string, readonly kinds: ReadonlyArray<string>, readonly brands: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly limitMinor: number, readonly inFlight: number, readonly timeoutSeconds: number, readonly attempts: number, readonly pauseSeconds: number, readonly breakerFailures: number, readonly breakerRestSeconds: number, readonly keyHours: number, readonly learns: string, readonly pollMinutes: number, readonly enabled: boolean };

export type Health = { readonly id: string, readonly node: string, readonly worker: string | null, readonly alive: boolean, readonly revision: number, readonly problem: string | null, readonly circuit: string, readonly calls: number, readonly due: number, readonly succeededAt: string | null, readonly failedAt: string | null, readonly error: string | null, readonly creditedAt: string | null };

export type ProviderAdaptersVariables = Exact<{ [key: string]: never; }>;


export type ProviderAdapters = { readonly providerAdapters: ReadonlyArray<string> };

export type ProviderRevisionsVariables = Exact<{
  provider: string;
}>;


export type ProviderRevisions = { readonly providerRevisions: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly revision: number, readonly reason: string | null, readonly submittedBy: string, readonly approvedBy: string | null, readonly inForceAt: string, readonly configuration: { readonly position: number, readonly adapter: string, readonly url: string, readonly secret: string, readonly kinds: ReadonlyArray<string>, readonly brands: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly limitMinor: number, readonly inFlight: number, readonly timeoutSeconds: number, readonly attempts: number, readonly pauseSeconds: number, readonly breakerFailures: number, readonly breakerRestSeconds: number, readonly keyHours: number, readonly learns: string, readonly pollMinutes: number, readonly enabled: boolean } | null }> } };

export type ProviderRevision = { readonly id: string, readonly revision: number, readonly reason: string | null, readonly submittedBy: string, readonly approvedBy: string | null, readonly inForceAt: string, readonly configuration: { readonly position: number, readonly adapter: string, readonly url: string, readonly secret: string, readonly kinds: ReadonlyArray<string>, readonly brands: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly limitMinor: number, readonly inFlight: number, readonly timeoutSeconds: number, readonly attempts: number, readonly pauseSeconds: number, readonly breakerFailures: number, readonly breakerRestSeconds: number, readonly keyHours: number, readonly learns: string, readonly pollMinutes: number, readonly enabled: boolean } | null };

export type ProviderDiffVariables = Exact<{
  provider: string;
  before: number;
  after: number;
}>;


export type ProviderDiff = { readonly providerDiff: ReadonlyArray<{ readonly field: string, readonly before: unknown, readonly after: unknown }> };

export type ProviderChange = { readonly field: string, readonly before: unknown, readonly after: unknown };

export type TryProviderVariables = Exact<{
  input: ProviderConfigurationInput;
}>;


export type TryProvider = { readonly tryProvider: ReadonlyArray<{ readonly path: string, readonly message: string }> };

export type SubmitProviderVariables = Exact<{
  input: SubmitProviderInput;
}>;


export type SubmitProvider = { readonly submitProvider: string };

export type RollBackProviderVariables = Exact<{
  input: RollBackProviderInput;
}>;


export type RollBackProvider = { readonly rollBackProvider: string };

export type TryAdapterVariables = Exact<{
  input: AdapterSettingsInput;
}>;


export type TryAdapter = { readonly tryAdapter: ReadonlyArray<{ readonly path: string, readonly message: string }> };

export type SubmitAdapterVariables = Exact<{
  input: SubmitAdapterInput;
}>;


export type SubmitAdapter = { readonly submitAdapter: string };

export type ToldPayment = { readonly id: string, readonly customer: string, readonly direction: OfficePaymentDirection, readonly state: OfficePaymentState, readonly methodId: string, readonly currency: string, readonly amountMinor: number, readonly feeMinor: number, readonly askedAt: string, readonly story: ReadonlyArray<{ readonly at: string, readonly kind: PaymentStoryKind, readonly processor: string, readonly part: string, readonly state: string, readonly amountMinor: number | null, readonly words: string, readonly by: string }> };

export type StoryLine = { readonly at: string, readonly kind: PaymentStoryKind, readonly processor: string, readonly part: string, readonly state: string, readonly amountMinor: number | null, readonly words: string, readonly by: string };

export type ListedPaymentsVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand: string;
  search?: string | null | undefined;
  direction?: OfficePaymentDirection | null | undefined;
  state?: OfficePaymentState | null | undefined;
  processor?: string | null | undefined;
  currency?: string | null | undefined;
}>;


export type ListedPayments = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly direction: OfficePaymentDirection, readonly state: OfficePaymentState, readonly methodId: string, readonly processors: ReadonlyArray<string>, readonly currency: string, readonly amountMinor: number, readonly askedAt: string }> } };

export type ListedPayment = { readonly id: string, readonly customer: string, readonly direction: OfficePaymentDirection, readonly state: OfficePaymentState, readonly methodId: string, readonly processors: ReadonlyArray<string>, readonly currency: string, readonly amountMinor: number, readonly askedAt: string };

export type FinancePaymentVariables = Exact<{
  id: string;
}>;


export type FinancePayment = { readonly financePayment: { readonly id: string, readonly customer: string, readonly direction: OfficePaymentDirection, readonly state: OfficePaymentState, readonly methodId: string, readonly currency: string, readonly amountMinor: number, readonly feeMinor: number, readonly askedAt: string, readonly story: ReadonlyArray<{ readonly at: string, readonly kind: PaymentStoryKind, readonly processor: string, readonly part: string, readonly state: string, readonly amountMinor: number | null, readonly words: string, readonly by: string }> }, readonly refundableCharges: ReadonlyArray<{ readonly id: string, readonly processor: string, readonly currency: string, readonly amountMinor: number, readonly leftMinor: number, readonly cashMinor: number, readonly owed: boolean }> };

export type Refundable = { readonly id: string, readonly processor: string, readonly currency: string, readonly amountMinor: number, readonly leftMinor: number, readonly cashMinor: number, readonly owed: boolean };

export type CustomerPaymentsVariables = Exact<{
  customer: string;
  first: number;
}>;


export type CustomerPayments = { readonly customerPayments: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly direction: OfficePaymentDirection, readonly state: OfficePaymentState, readonly methodId: string, readonly currency: string, readonly amountMinor: number, readonly feeMinor: number, readonly askedAt: string, readonly story: ReadonlyArray<{ readonly at: string, readonly kind: PaymentStoryKind, readonly processor: string, readonly part: string, readonly state: string, readonly amountMinor: number | null, readonly words: string, readonly by: string }> }> };

export type ProposeRefundVariables = Exact<{
  input: ProposeRefundInput;
}>;


export type ProposeRefund = { readonly proposeRefund: { readonly proposalId: string } };

export type FinanceRefundsVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type FinanceRefunds = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly paymentId: string, readonly currency: string, readonly amountMinor: number, readonly reason: string, readonly decidedBy: string, readonly decidedAt: string, readonly state: RefundState, readonly refusal: RefundRefusal | null }> } };

export type DecidedRefund = { readonly id: string, readonly customer: string, readonly paymentId: string, readonly currency: string, readonly amountMinor: number, readonly reason: string, readonly decidedBy: string, readonly decidedAt: string, readonly state: RefundState, readonly refusal: RefundRefusal | null };

export type ComparedDaysVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ComparedDays = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly processor: string, readonly day: string, readonly lines: number, readonly matched: number, readonly comparedAt: string, readonly cases: ReadonlyArray<{ readonly kind: PaymentCaseKind, readonly cases: number, readonly waiting: number }> }> } };

export type ComparedDay = { readonly id: string, readonly processor: string, readonly day: string, readonly lines: number, readonly matched: number, readonly comparedAt: string, readonly cases: ReadonlyArray<{ readonly kind: PaymentCaseKind, readonly cases: number, readonly waiting: number }> };

export type PaymentProcessorsVariables = Exact<{ [key: string]: never; }>;


export type PaymentProcessors = { readonly paymentProcessors: ReadonlyArray<{ readonly id: string, readonly enabled: boolean | null, readonly answeredAt: string | null, readonly movedAt: string | null, readonly doubtful: number, readonly doubtfulSince: string | null, readonly underWay: number, readonly underWaySince: string | null, readonly routes: ReadonlyArray<{ readonly methodId: string, readonly name: string, readonly direction: OfficePaymentDirection, readonly place: number, readonly places: number, readonly brands: ReadonlyArray<string>, readonly countries: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly maximumMinor: number | null }>, readonly failures: ReadonlyArray<{ readonly reason: string, readonly parts: number }> }> };

export type ShownProcessor = { readonly id: string, readonly enabled: boolean | null, readonly answeredAt: string | null, readonly movedAt: string | null, readonly doubtful: number, readonly doubtfulSince: string | null, readonly underWay: number, readonly underWaySince: string | null, readonly routes: ReadonlyArray<{ readonly methodId: string, readonly name: string, readonly direction: OfficePaymentDirection, readonly place: number, readonly places: number, readonly brands: ReadonlyArray<string>, readonly countries: ReadonlyArray<string>, readonly currencies: ReadonlyArray<string>, readonly maximumMinor: number | null }>, readonly failures: ReadonlyArray<{ readonly reason: string, readonly parts: number }> };

export type ApprovalsVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand?: string | null | undefined;
  status?: ProposalStatus | null | undefined;
  kind?: string | null | undefined;
  subject?: string | null | undefined;
}>;


export type Approvals = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: string, readonly brand: string | null, readonly subject: string | null, readonly content: unknown, readonly contentHash: string | null, readonly reason: string | null, readonly status: ProposalStatus, readonly proposedAt: string, readonly proposedBy: string | null, readonly own: boolean, readonly decidedAt: string | null, readonly decidedBy: string | null, readonly decisionReason: string | null, readonly outcome: unknown, readonly visible: boolean, readonly notIndependent: string | null }> } };

export type ReadApprovalVariables = Exact<{
  id: string;
}>;


export type ReadApproval = { readonly one: { readonly id: string, readonly kind: string, readonly brand: string | null, readonly subject: string | null, readonly content: unknown, readonly contentHash: string | null, readonly reason: string | null, readonly status: ProposalStatus, readonly proposedAt: string, readonly proposedBy: string | null, readonly own: boolean, readonly decidedAt: string | null, readonly decidedBy: string | null, readonly decisionReason: string | null, readonly outcome: unknown, readonly visible: boolean, readonly notIndependent: string | null } };

export type Proposal = { readonly id: string, readonly kind: string, readonly brand: string | null, readonly subject: string | null, readonly content: unknown, readonly contentHash: string | null, readonly reason: string | null, readonly status: ProposalStatus, readonly proposedAt: string, readonly proposedBy: string | null, readonly own: boolean, readonly decidedAt: string | null, readonly decidedBy: string | null, readonly decisionReason: string | null, readonly outcome: unknown, readonly visible: boolean, readonly notIndependent: string | null };

export type ApproveVariables = Exact<{
  input: ApproveInput;
}>;


export type Approve = { readonly approve: { readonly id: string, readonly status: ProposalStatus } };

export type RejectVariables = Exact<{
  input: RejectInput;
}>;


export type Reject = { readonly reject: { readonly id: string, readonly status: ProposalStatus } };

export type WithdrawVariables = Exact<{
  id: string;
}>;


export type Withdraw = { readonly withdrawProposal: { readonly id: string, readonly status: ProposalStatus } };

export type ProposalsAboutVariables = Exact<{
  subject: string;
}>;


export type ProposalsAbout = { readonly approvals: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: string, readonly brand: string | null, readonly content: unknown, readonly visible: boolean, readonly status: ProposalStatus, readonly proposedAt: string, readonly proposedBy: string | null, readonly decidedAt: string | null }> } };

export type OtherProposal = { readonly id: string, readonly kind: string, readonly brand: string | null, readonly content: unknown, readonly visible: boolean, readonly status: ProposalStatus, readonly proposedAt: string, readonly proposedBy: string | null, readonly decidedAt: string | null };

export type UsersVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type Users = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly login: string, readonly name: string, readonly person: string, readonly status: UserStatus, readonly secondFactor: boolean, readonly passwordExpired: boolean, readonly external: boolean, readonly revision: number, readonly createdAt: string, readonly updatedAt: string, readonly roles: ReadonlyArray<{ readonly brand: string, readonly role: Role }> }> } };

export type ReadUserVariables = Exact<{
  id: string;
}>;


export type ReadUser = { readonly one: { readonly id: string, readonly login: string, readonly name: string, readonly person: string, readonly status: UserStatus, readonly secondFactor: boolean, readonly passwordExpired: boolean, readonly external: boolean, readonly revision: number, readonly createdAt: string, readonly updatedAt: string, readonly roles: ReadonlyArray<{ readonly brand: string, readonly role: Role }> } };

export type User = { readonly id: string, readonly login: string, readonly name: string, readonly person: string, readonly status: UserStatus, readonly secondFactor: boolean, readonly passwordExpired: boolean, readonly external: boolean, readonly revision: number, readonly createdAt: string, readonly updatedAt: string, readonly roles: ReadonlyArray<{ readonly brand: string, readonly role: Role }> };

export type GrantedRole = { readonly brand: string, readonly role: Role };

export type AddUserVariables = Exact<{
  input: AddUserInput;
}>;


export type AddUser = { readonly addUser: { readonly initialPassword: string | null, readonly user: { readonly login: string } } };

export type NewCredentials = { readonly initialPassword: string | null, readonly user: { readonly login: string } };

export type SetRolesVariables = Exact<{
  input: SetRolesInput;
}>;


export type SetRoles = { readonly setRoles: { readonly id: string, readonly revision: number } };

export type DisableUserVariables = Exact<{
  input: UserChangeInput;
}>;


export type DisableUser = { readonly disableUser: { readonly id: string, readonly status: UserStatus } };

export type EnableUserVariables = Exact<{
  input: UserChangeInput;
}>;


export type EnableUser = { readonly enableUser: { readonly id: string, readonly status: UserStatus } };

export type ResetUserVariables = Exact<{
  input: ResetUserInput;
}>;


export type ResetUser = { readonly resetUser: { readonly initialPassword: string | null } };

export type SessionsVariables = Exact<{
  userId: string;
}>;


export type Sessions = { readonly sessions: ReadonlyArray<{ readonly id: string, readonly seenAt: string, readonly address: string, readonly userAgent: string, readonly current: boolean }> };

export type JobsVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand?: string | null | undefined;
  status?: JobStatus | null | undefined;
}>;


export type Jobs = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: string, readonly brand: string | null, readonly arguments: unknown, readonly status: JobStatus, readonly done: number, readonly total: number | null, readonly result: unknown, readonly error: string | null, readonly createdBy: string, readonly createdAt: string, readonly finishedAt: string | null }> } };

export type ReadJobVariables = Exact<{
  id: string;
}>;


export type ReadJob = { readonly one: { readonly id: string, readonly kind: string, readonly brand: string | null, readonly arguments: unknown, readonly status: JobStatus, readonly done: number, readonly total: number | null, readonly result: unknown, readonly error: string | null, readonly createdBy: string, readonly createdAt: string, readonly finishedAt: string | null } };

export type Job = { readonly id: string, readonly kind: string, readonly brand: string | null, readonly arguments: unknown, readonly status: JobStatus, readonly done: number, readonly total: number | null, readonly result: unknown, readonly error: string | null, readonly createdBy: string, readonly createdAt: string, readonly finishedAt: string | null };

export type CancelJobVariables = Exact<{
  id: string;
}>;


export type CancelJob = { readonly cancelJob: { readonly id: string, readonly status: JobStatus } };

export type AuditVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand?: string | null | undefined;
  userId?: string | null | undefined;
  action?: string | null | undefined;
  subject?: string | null | undefined;
}>;


export type Audit = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly at: string, readonly userId: string, readonly person: string, readonly name: string, readonly address: string, readonly action: string, readonly actionName: string, readonly brand: string | null, readonly subject: string, readonly subjectKind: string, readonly before: unknown, readonly after: unknown, readonly reason: string | null, readonly hash: string }> } };

export type AuditEntry = { readonly id: string, readonly at: string, readonly userId: string, readonly person: string, readonly name: string, readonly address: string, readonly action: string, readonly actionName: string, readonly brand: string | null, readonly subject: string, readonly subjectKind: string, readonly before: unknown, readonly after: unknown, readonly reason: string | null, readonly hash: string };

export type AuditActionsVariables = Exact<{ [key: string]: never; }>;


export type AuditActions = { readonly auditActions: ReadonlyArray<{ readonly id: string, readonly name: string }> };

export type AuditedUsersVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AuditedUsers = { readonly users: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly login: string }> } };

export type RiskBudgetsVariables = Exact<{
  brand: string;
  isoWeek?: string | null | undefined;
}>;


export type RiskBudgets = { readonly riskBudgets: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly reward: string, readonly own: boolean, readonly budget: number, readonly chosen: number, readonly reserved: number, readonly expected: number, readonly owed: number, readonly credited: number, readonly left: number, readonly stopped: boolean }> } };

export type RewardBudget = { readonly id: string, readonly isoWeek: string, readonly reward: string, readonly own: boolean, readonly budget: number, readonly chosen: number, readonly reserved: number, readonly expected: number, readonly owed: number, readonly credited: number, readonly left: number, readonly stopped: boolean };

export type SetRiskBudgetVariables = Exact<{
  input: RiskBudgetInput;
}>;


export type SetRiskBudget = { readonly setRiskBudget: { readonly number: number | null, readonly proposal: string | null } };

export type RiskForecastVariables = Exact<{
  brand: string;
}>;


export type RiskForecast = { readonly riskForecast: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly currency: string, readonly asOf: string, readonly elapsedHours: number, readonly weekHours: number, readonly unavailable: string | null, readonly method: string, readonly weeks: ReadonlyArray<string>, readonly now: { readonly rewards: number, readonly valueMinor: number }, readonly likely: { readonly rewards: number, readonly valueMinor: number } | null, readonly low: { readonly rewards: number, readonly valueMinor: number } | null, readonly high: { readonly rewards: number, readonly valueMinor: number } | null, readonly tests: ReadonlyArray<{ readonly isoWeek: string, readonly forecast: number, readonly low: number, readonly high: number, readonly actual: number, readonly error: number, readonly within: boolean }> }> };

export type WeekForecast = { readonly id: string, readonly isoWeek: string, readonly currency: string, readonly asOf: string, readonly elapsedHours: number, readonly weekHours: number, readonly unavailable: string | null, readonly method: string, readonly weeks: ReadonlyArray<string>, readonly now: { readonly rewards: number, readonly valueMinor: number }, readonly likely: { readonly rewards: number, readonly valueMinor: number } | null, readonly low: { readonly rewards: number, readonly valueMinor: number } | null, readonly high: { readonly rewards: number, readonly valueMinor: number } | null, readonly tests: ReadonlyArray<{ readonly isoWeek: string, readonly forecast: number, readonly low: number, readonly high: number, readonly actual: number, readonly error: number, readonly within: boolean }> };

export type ForecastAmount = { readonly rewards: number, readonly valueMinor: number };

export type ForecastTest = { readonly isoWeek: string, readonly forecast: number, readonly low: number, readonly high: number, readonly actual: number, readonly error: number, readonly within: boolean };

export type GoodwillBudgetsVariables = Exact<{
  brand: string;
}>;


export type GoodwillBudgets = { readonly goodwillBudgets: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly currency: string, readonly own: boolean, readonly amountMinor: number, readonly customerMinor: number, readonly agentMinor: number, readonly reservedMinor: number, readonly approvedMinor: number, readonly paidMinor: number, readonly leftMinor: number }> };

export type GoodwillBudget = { readonly id: string, readonly isoWeek: string, readonly currency: string, readonly own: boolean, readonly amountMinor: number, readonly customerMinor: number, readonly agentMinor: number, readonly reservedMinor: number, readonly approvedMinor: number, readonly paidMinor: number, readonly leftMinor: number };

export type GoodwillCostsVariables = Exact<{
  brand: string;
}>;


export type GoodwillCosts = { readonly goodwillCosts: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly currency: string, readonly stage: string, readonly kind: string, readonly credits: number, readonly valueMinor: number }> };

export type GoodwillCost = { readonly id: string, readonly isoWeek: string, readonly currency: string, readonly stage: string, readonly kind: string, readonly credits: number, readonly valueMinor: number };

export type SetGoodwillBudgetVariables = Exact<{
  input: SetGoodwillBudgetInput;
}>;


export type SetGoodwillBudget = { readonly setGoodwillBudget: { readonly proposalId: string | null } };

export type RiskLiabilityVariables = Exact<{
  brand: string;
}>;


export type RiskLiability = { readonly riskLiability: { readonly asOf: string | null, readonly changesInDoubt: number, readonly cells: ReadonlyArray<{ readonly id: string, readonly cell: string, readonly partitions: string, readonly asOf: string }>, readonly lines: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly stage: string, readonly source: string, readonly reward: string, readonly version: number, readonly kind: string | null, readonly currency: string, readonly customers: number, readonly valueMinor: number, readonly spins: number, readonly unvalued: number }> } };

export type Liability = { readonly asOf: string | null, readonly changesInDoubt: number, readonly cells: ReadonlyArray<{ readonly id: string, readonly cell: string, readonly partitions: string, readonly asOf: string }>, readonly lines: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly stage: string, readonly source: string, readonly reward: string, readonly version: number, readonly kind: string | null, readonly currency: string, readonly customers: number, readonly valueMinor: number, readonly spins: number, readonly unvalued: number }> };

export type FigureCell = { readonly id: string, readonly cell: string, readonly partitions: string, readonly asOf: string };

export type RiskCustomersVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand: string;
  isoWeek: string;
  figure: RiskFigure;
  reward?: string | null | undefined;
  version?: number | null | undefined;
  currency?: string | null | undefined;
  source?: string | null | undefined;
}>;


export type RiskCustomers = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customer: string, readonly at: string, readonly currency: string | null, readonly stage: string | null, readonly source: string | null, readonly reward: string | null, readonly version: number | null, readonly kind: string | null, readonly valueMinor: number | null, readonly spins: number | null, readonly turnoverMinor: number | null, readonly countedBets: number | null }> } };

export type RiskCustomer = { readonly id: string, readonly customer: string, readonly at: string, readonly currency: string | null, readonly stage: string | null, readonly source: string | null, readonly reward: string | null, readonly version: number | null, readonly kind: string | null, readonly valueMinor: number | null, readonly spins: number | null, readonly turnoverMinor: number | null, readonly countedBets: number | null };

export type RiskGoodwillVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  brand: string;
  isoWeek?: string | null | undefined;
  currency?: string | null | undefined;
  stage?: string | null | undefined;
  kind?: string | null | undefined;
}>;


export type RiskGoodwill = { readonly page: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly customer: string, readonly at: string, readonly stage: string, readonly reward: string, readonly version: number, readonly kind: string, readonly currency: string, readonly valueMinor: number, readonly cause: string, readonly proposedBy: string, readonly approvedBy: string }> } };

export type GoodwillCredit = { readonly id: string, readonly isoWeek: string, readonly customer: string, readonly at: string, readonly stage: string, readonly reward: string, readonly version: number, readonly kind: string, readonly currency: string, readonly valueMinor: number, readonly cause: string, readonly proposedBy: string, readonly approvedBy: string };

export type RiskRewardsVariables = Exact<{
  brand: string;
  isoWeek: string;
}>;


export type RiskRewards = { readonly riskRewards: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly stage: string, readonly source: string, readonly reward: string, readonly version: number, readonly kind: string | null, readonly currency: string, readonly customers: number, readonly valueMinor: number, readonly spins: number, readonly unvalued: number }> } };

export type RewardFigure = { readonly id: string, readonly isoWeek: string, readonly stage: string, readonly source: string, readonly reward: string, readonly version: number, readonly kind: string | null, readonly currency: string, readonly customers: number, readonly valueMinor: number, readonly spins: number, readonly unvalued: number };

export type RiskWeeksVariables = Exact<{
  brand: string;
  first: number;
}>;


export type RiskWeeks = { readonly riskWeeks: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly isoWeek: string, readonly asOf: string, readonly closed: boolean, readonly seen: number | null, readonly optedIn: number, readonly qualified: number, readonly chose: number, readonly credited: number, readonly used: number, readonly money: ReadonlyArray<{ readonly currency: string, readonly customers: number, readonly countedBets: number, readonly turnoverMinor: number, readonly memberTurnoverMinor: number, readonly marginMinor: number | null, readonly expectedMinor: number, readonly owedMinor: number, readonly outstandingMinor: number, readonly usedMinor: number, readonly expiredMinor: number, readonly costMinor: number, readonly costShare: number | null, readonly unvalued: number, readonly spins: number }> }> } };

export type WeekFigures = { readonly id: string, readonly isoWeek: string, readonly asOf: string, readonly closed: boolean, readonly seen: number | null, readonly optedIn: number, readonly qualified: number, readonly chose: number, readonly credited: number, readonly used: number, readonly money: ReadonlyArray<{ readonly currency: string, readonly customers: number, readonly countedBets: number, readonly turnoverMinor: number, readonly memberTurnoverMinor: number, readonly marginMinor: number | null, readonly expectedMinor: number, readonly owedMinor: number, readonly outstandingMinor: number, readonly usedMinor: number, readonly expiredMinor: number, readonly costMinor: number, readonly costShare: number | null, readonly unvalued: number, readonly spins: number }> };

export type WeekMoney = { readonly currency: string, readonly customers: number, readonly countedBets: number, readonly turnoverMinor: number, readonly memberTurnoverMinor: number, readonly marginMinor: number | null, readonly expectedMinor: number, readonly owedMinor: number, readonly outstandingMinor: number, readonly usedMinor: number, readonly expiredMinor: number, readonly costMinor: number, readonly costShare: number | null, readonly unvalued: number, readonly spins: number };

export type SchemeVersionsVariables = Exact<{
  brand: string;
}>;


export type SchemeVersions = { readonly schemeVersions: ReadonlyArray<{ readonly id: string, readonly brand: string, readonly jurisdiction: string, readonly currency: string, readonly version: number, readonly qualifyingProduct: string, readonly targetMinor: number, readonly minStakeMinor: number, readonly minOddsMilli: number, readonly betTypes: ReadonlyArray<string>, readonly channels: ReadonlyArray<string>, readonly countBeforeOptIn: boolean, readonly defaultRewardId: string | null, readonly choiceLockMinutes: number, readonly graceMinutes: number, readonly effectiveFrom: string, readonly controlPerMille: number, readonly trialRewardId: string | null, readonly trialPerMille: number, readonly firstWeek: string, readonly phase: SchemePhase, readonly terms: { readonly version: string, readonly summary: string, readonly url: string }, readonly events: { readonly legs: string, readonly items: ReadonlyArray<{ readonly kind: SchemeScopeKind, readonly id: string, readonly name: string | null, readonly sport: string, readonly competition: string, readonly startsAt: string | null }> } | null }> };

export type SchemeVersion = { readonly id: string, readonly brand: string, readonly jurisdiction: string, readonly currency: string, readonly version: number, readonly qualifyingProduct: string, readonly targetMinor: number, readonly minStakeMinor: number, readonly minOddsMilli: number, readonly betTypes: ReadonlyArray<string>, readonly channels: ReadonlyArray<string>, readonly countBeforeOptIn: boolean, readonly defaultRewardId: string | null, readonly choiceLockMinutes: number, readonly graceMinutes: number, readonly effectiveFrom: string, readonly controlPerMille: number, readonly trialRewardId: string | null, readonly trialPerMille: number, readonly firstWeek: string, readonly phase: SchemePhase, readonly terms: { readonly version: string, readonly summary: string, readonly url: string }, readonly events: { readonly legs: string, readonly items: ReadonlyArray<{ readonly kind: SchemeScopeKind, readonly id: string, readonly name: string | null, readonly sport: string, readonly competition: string, readonly startsAt: string | null }> } | null };

export type SchemeScopeItem = { readonly kind: SchemeScopeKind, readonly id: string, readonly name: string | null, readonly sport: string, readonly competition: string, readonly startsAt: string | null };

export type SchemeScopeItemsVariables = Exact<{
  brand: string;
  text: string;
}>;


export type SchemeScopeItems = { readonly sports: ReadonlyArray<{ readonly kind: SchemeScopeKind, readonly id: string, readonly name: string | null, readonly sport: string, readonly competition: string, readonly startsAt: string | null }>, readonly competitions: ReadonlyArray<{ readonly kind: SchemeScopeKind, readonly id: string, readonly name: string | null, readonly sport: string, readonly competition: string, readonly startsAt: string | null }>, readonly events: ReadonlyArray<{ readonly kind: SchemeScopeKind, readonly id: string, readonly name: string | null, readonly sport: string, readonly competition: string, readonly startsAt: string | null }> };

export type CheckSchemeVariables = Exact<{
  brand: string;
  scheme: SchemeInput;
}>;


export type CheckScheme = { readonly checkScheme: { readonly lawful: boolean, readonly complete: boolean, readonly openWeek: string, readonly firstWeek: string, readonly firstWeekStartsAt: string, readonly problems: ReadonlyArray<{ readonly rule: string, readonly severity: SchemeSeverity, readonly path: string, readonly message: string, readonly source: string | null }> } };

export type SchemeCheck = { readonly lawful: boolean, readonly complete: boolean, readonly openWeek: string, readonly firstWeek: string, readonly firstWeekStartsAt: string, readonly problems: ReadonlyArray<{ readonly rule: string, readonly severity: SchemeSeverity, readonly path: string, readonly message: string, readonly source: string | null }> };

export type SchemeProblem = { readonly rule: string, readonly severity: SchemeSeverity, readonly path: string, readonly message: string, readonly source: string | null };

export type WaitingSchemesVariables = Exact<{
  brand: string;
}>;


export type WaitingSchemes = { readonly approvals: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly subject: string | null, readonly proposedBy: string | null, readonly proposedAt: string }> } };

export type ProposeSchemeVariables = Exact<{
  input: ProposeSchemeInput;
}>;


export type ProposeScheme = { readonly proposeScheme: string };

export type StartDryRunVariables = Exact<{
  input: StartDryRunInput;
}>;


export type StartDryRun = { readonly startDryRun: { readonly id: string, readonly brand: string, readonly isoWeek: string, readonly status: JobStatus, readonly done: number, readonly total: number | null, readonly error: string | null, readonly result: { readonly customers: number, readonly elsewhere: number, readonly bets: number, readonly differingBets: number, readonly countedBeforeMinor: number, readonly countedAfterMinor: number, readonly qualifiedBefore: number, readonly qualifiedAfter: number, readonly gained: number, readonly lost: number, readonly kept: number, readonly withoutLegs: number, readonly costBefore: ReadonlyArray<{ readonly reward: string, readonly rewards: number, readonly valueMinor: number | null }>, readonly costAfter: ReadonlyArray<{ readonly reward: string, readonly rewards: number, readonly valueMinor: number | null }>, readonly reasons: ReadonlyArray<{ readonly before: string, readonly after: string, readonly bets: number }> } | null } };

export type ReadDryRunVariables = Exact<{
  id: string;
}>;


export type ReadDryRun = { readonly dryRun: { readonly id: string, readonly brand: string, readonly isoWeek: string, readonly status: JobStatus, readonly done: number, readonly total: number | null, readonly error: string | null, readonly result: { readonly customers: number, readonly elsewhere: number, readonly bets: number, readonly differingBets: number, readonly countedBeforeMinor: number, readonly countedAfterMinor: number, readonly qualifiedBefore: number, readonly qualifiedAfter: number, readonly gained: number, readonly lost: number, readonly kept: number, readonly withoutLegs: number, readonly costBefore: ReadonlyArray<{ readonly reward: string, readonly rewards: number, readonly valueMinor: number | null }>, readonly costAfter: ReadonlyArray<{ readonly reward: string, readonly rewards: number, readonly valueMinor: number | null }>, readonly reasons: ReadonlyArray<{ readonly before: string, readonly after: string, readonly bets: number }> } | null } };

export type DryRun = { readonly id: string, readonly brand: string, readonly isoWeek: string, readonly status: JobStatus, readonly done: number, readonly total: number | null, readonly error: string | null, readonly result: { readonly customers: number, readonly elsewhere: number, readonly bets: number, readonly differingBets: number, readonly countedBeforeMinor: number, readonly countedAfterMinor: number, readonly qualifiedBefore: number, readonly qualifiedAfter: number, readonly gained: number, readonly lost: number, readonly kept: number, readonly withoutLegs: number, readonly costBefore: ReadonlyArray<{ readonly reward: string, readonly rewards: number, readonly valueMinor: number | null }>, readonly costAfter: ReadonlyArray<{ readonly reward: string, readonly rewards: number, readonly valueMinor: number | null }>, readonly reasons: ReadonlyArray<{ readonly before: string, readonly after: string, readonly bets: number }> } | null };

export type DryRunResult = { readonly customers: number, readonly elsewhere: number, readonly bets: number, readonly differingBets: number, readonly countedBeforeMinor: number, readonly countedAfterMinor: number, readonly qualifiedBefore: number, readonly qualifiedAfter: number, readonly gained: number, readonly lost: number, readonly kept: number, readonly withoutLegs: number, readonly costBefore: ReadonlyArray<{ readonly reward: string, readonly rewards: number, readonly valueMinor: number | null }>, readonly costAfter: ReadonlyArray<{ readonly reward: string, readonly rewards: number, readonly valueMinor: number | null }>, readonly reasons: ReadonlyArray<{ readonly before: string, readonly after: string, readonly bets: number }> };

export type DryRunCost = { readonly reward: string, readonly rewards: number, readonly valueMinor: number | null };

export type DryRunDifferencesVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type DryRunDifferences = { readonly dryRunDifferences: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly customerId: string, readonly betId: string, readonly placedAt: string, readonly stakeMinor: number, readonly beforeMinor: number, readonly beforeReason: string, readonly afterMinor: number, readonly afterReason: string }> } };

export type Difference = { readonly customerId: string, readonly betId: string, readonly placedAt: string, readonly stakeMinor: number, readonly beforeMinor: number, readonly beforeReason: string, readonly afterMinor: number, readonly afterReason: string };

export type DryRunCsvVariables = Exact<{
  id: string;
}>;


export type DryRunCsv = { readonly dryRunCsv: string };

export type PermissionsVariables = Exact<{ [key: string]: never; }>;


export type Permissions = { readonly me: { readonly roles: ReadonlyArray<{ readonly role: Role }>, readonly permissions: ReadonlyArray<{ readonly brand: string, readonly permissions: ReadonlyArray<string> }> } };

export type AccountVariables = Exact<{ [key: string]: never; }>;


export type Account = { readonly me: { readonly name: string, readonly recoveryCodesLeft: number }, readonly mySessions: ReadonlyArray<{ readonly id: string, readonly seenAt: string, readonly address: string, readonly userAgent: string, readonly current: boolean }> };

export type OpenSession = { readonly id: string, readonly seenAt: string, readonly address: string, readonly userAgent: string, readonly current: boolean };

export type NewRecoveryCodesVariables = Exact<{ [key: string]: never; }>;


export type NewRecoveryCodes = { readonly newRecoveryCodes: ReadonlyArray<string> };

export type SendCredentialLinkVariables = Exact<{ [key: string]: never; }>;


export type SendCredentialLink = { readonly sendCredentialLink: string };

export type EndSessionVariables = Exact<{
  id: string;
}>;


export type EndSession = { readonly endSession: { readonly id: string } };

export type CustomersVariables = Exact<{
  brand: string;
  search: string;
  after?: string | null | undefined;
}>;


export type Customers = { readonly customers: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly customerId: string }> } };

export type CustomerOfBetVariables = Exact<{
  brand: string;
  betId: string;
}>;


export type CustomerOfBet = { readonly customerOfBet: { readonly id: string, readonly customerId: string } };

export type ListedCustomer = { readonly id: string, readonly customerId: string };

export type ReadCustomerVariables = Exact<{
  id: string;
}>;


export type ReadCustomer = { readonly customer: { readonly id: string, readonly brand: string, readonly customerId: string, readonly member: boolean, readonly memberSince: string | null, readonly ineligibleReason: string | null, readonly account: { readonly revision: number, readonly status: string, readonly verified: boolean, readonly jurisdiction: string, readonly currency: string, readonly rgState: string, readonly promoRestricted: boolean, readonly since: string } | null, readonly week: { readonly shown: string, readonly countedBets: number, readonly reward: string | null, readonly isChosen: boolean, readonly isoWeek: string, readonly totalMinor: number, readonly targetMinor: number | null, readonly currency: string }, readonly pastWeeks: ReadonlyArray<{ readonly shown: string, readonly countedBets: number, readonly reward: string | null, readonly isChosen: boolean, readonly isoWeek: string, readonly totalMinor: number, readonly targetMinor: number | null, readonly currency: string }> }, readonly legalHolds: ReadonlyArray<{ readonly id: string, readonly reason: string, readonly putBy: string, readonly putAt: string, readonly liftReason: string | null, readonly liftedBy: string | null, readonly liftedAt: string | null }> };

export type Customer = { readonly id: string, readonly brand: string, readonly customerId: string, readonly member: boolean, readonly memberSince: string | null, readonly ineligibleReason: string | null, readonly account: { readonly revision: number, readonly status: string, readonly verified: boolean, readonly jurisdiction: string, readonly currency: string, readonly rgState: string, readonly promoRestricted: boolean, readonly since: string } | null, readonly week: { readonly shown: string, readonly countedBets: number, readonly reward: string | null, readonly isChosen: boolean, readonly isoWeek: string, readonly totalMinor: number, readonly targetMinor: number | null, readonly currency: string }, readonly pastWeeks: ReadonlyArray<{ readonly shown: string, readonly countedBets: number, readonly reward: string | null, readonly isChosen: boolean, readonly isoWeek: string, readonly totalMinor: number, readonly targetMinor: number | null, readonly currency: string }> };

export type ShownWeek = { readonly shown: string, readonly countedBets: number, readonly reward: string | null, readonly isChosen: boolean, readonly isoWeek: string, readonly totalMinor: number, readonly targetMinor: number | null, readonly currency: string };

export type WeekAmounts = { readonly isoWeek: string, readonly totalMinor: number, readonly targetMinor: number | null, readonly currency: string };

export type Hold = { readonly id: string, readonly reason: string, readonly putBy: string, readonly putAt: string, readonly liftReason: string | null, readonly liftedBy: string | null, readonly liftedAt: string | null };

export type CustomerWeekVariables = Exact<{
  customer: string;
  isoWeek: string;
}>;


export type CustomerWeek = { readonly customerWeek: { readonly isoWeek: string, readonly totalMinor: number, readonly targetMinor: number | null, readonly currency: string } };

export type TimelineVariables = Exact<{
  customer: string;
  part?: TimelinePart | null | undefined;
  after?: string | null | undefined;
}>;


export type Timeline = { readonly timeline: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly kind: string, readonly at: string, readonly arrivedAt: string | null, readonly title: string, readonly waitsUntil: string | null, readonly betId: string | null, readonly counted: boolean | null, readonly topic: string | null, readonly messageKey: string | null, readonly messageId: string | null, readonly partition: number | null, readonly offset: number | null }> } };

export type TimelineEntry = { readonly id: string, readonly kind: string, readonly at: string, readonly arrivedAt: string | null, readonly title: string, readonly waitsUntil: string | null, readonly betId: string | null, readonly counted: boolean | null, readonly topic: string | null, readonly messageKey: string | null, readonly messageId: string | null, readonly partition: number | null, readonly offset: number | null };

export type WhyVariables = Exact<{
  brand: string;
  betId: string;
}>;


export type Why = { readonly betExplanation: { readonly betId: string, readonly counted: boolean, readonly reason: string, readonly sentence: string, readonly facts: ReadonlyArray<{ readonly label: string, readonly value: string }> } };

export type Explanation = { readonly betId: string, readonly counted: boolean, readonly reason: string, readonly sentence: string, readonly facts: ReadonlyArray<{ readonly label: string, readonly value: string }> };

export type BetRecordVariables = Exact<{
  brand: string;
  betId: string;
}>;


export type BetRecord = { readonly betRecord: { readonly topic: string, readonly partition: number, readonly offset: number, readonly revision: number, readonly occurredAt: string, readonly arrivedAt: string, readonly arrivalByBroker: boolean } };

export type AdjustVariables = Exact<{
  input: ProposeAdjustmentInput;
}>;


export type Adjust = { readonly proposeAdjustment: { readonly proposalId: string } };

export type ReadGoodwillVariables = Exact<{
  customer: string;
}>;


export type ReadGoodwill = { readonly goodwillOffer: { readonly isoWeek: string, readonly currency: string, readonly leftMinor: number, readonly refusal: string | null, readonly rewards: ReadonlyArray<{ readonly id: string, readonly rewardId: string, readonly kind: string, readonly valueMinor: number, readonly currency: string }>, readonly causes: ReadonlyArray<{ readonly cause: GoodwillCause, readonly words: string }> } };

export type GoodwillOffer = { readonly isoWeek: string, readonly currency: string, readonly leftMinor: number, readonly refusal: string | null, readonly rewards: ReadonlyArray<{ readonly id: string, readonly rewardId: string, readonly kind: string, readonly valueMinor: number, readonly currency: string }>, readonly causes: ReadonlyArray<{ readonly cause: GoodwillCause, readonly words: string }> };

export type GiveGoodwillVariables = Exact<{
  input: ProposeGoodwillInput;
}>;


export type GiveGoodwill = { readonly proposeGoodwill: { readonly proposalId: string } };

export type ExportVariables = Exact<{
  input: CustomerReasonInput;
}>;


export type Export = { readonly exportCustomer: { readonly jobId: string } };

export type ReadExportVariables = Exact<{
  jobId: string;
}>;


export type ReadExport = { readonly customerExport: string };

export type ExportJobVariables = Exact<{
  id: string;
}>;


export type ExportJob = { readonly job: { readonly status: JobStatus, readonly error: string | null } };

export type EraseVariables = Exact<{
  input: CustomerReasonInput;
}>;


export type Erase = { readonly proposeErasure: { readonly proposalId: string } };

export type PutHoldVariables = Exact<{
  input: CustomerReasonInput;
}>;


export type PutHold = { readonly putLegalHold: { readonly id: string } };

export type LiftHoldVariables = Exact<{
  input: LiftLegalHoldInput;
}>;


export type LiftHold = { readonly liftLegalHold: { readonly id: string } };

export type CustomerMoneyVariables = Exact<{
  customer: string;
}>;


export type CustomerMoney = { readonly customerMoney: { readonly atOperator: boolean, readonly accounts: ReadonlyArray<{ readonly id: string, readonly currency: string, readonly account: string, readonly credit: string, readonly availableMinor: number, readonly reservedMinor: number, readonly expiresAt: string | null }>, readonly limits: ReadonlyArray<{ readonly kind: string, readonly currency: string, readonly amountMinor: number | null, readonly usedMinor: number | null, readonly minutes: number | null, readonly pendingMinor: number | null, readonly pendingCurrency: string, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: string | null }> } };

export type ChosenLimit = { readonly kind: string, readonly currency: string, readonly amountMinor: number | null, readonly usedMinor: number | null, readonly minutes: number | null, readonly pendingMinor: number | null, readonly pendingCurrency: string, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: string | null };

export type CustomerTransactionsVariables = Exact<{
  customer: string;
  first: number;
  after?: string | null | undefined;
}>;


export type CustomerTransactions = { readonly customerTransactions: { readonly endCursor: string | null, readonly hasNextPage: boolean, readonly nodes: ReadonlyArray<{ readonly id: string, readonly at: string, readonly kind: string, readonly state: string, readonly currency: string, readonly amountMinor: number, readonly creditsMinor: number, readonly reference: string }> } };

export type MoneyTransaction = { readonly id: string, readonly at: string, readonly kind: string, readonly state: string, readonly currency: string, readonly amountMinor: number, readonly creditsMinor: number, readonly reference: string };

export const ANALYTICS_REPORT = "query AnalyticsReport($brand:String!$report:AnalyticsReportName!){analyticsReport(brand:$brand report:$report){columns rows filling completeness{cell until waiting says}}}" as Document<AnalyticsReport, AnalyticsReportVariables>;
export const ANALYTICS_TABLES = "query AnalyticsTables{analyticsTables{name says}}" as Document<AnalyticsTables, AnalyticsTablesVariables>;
export const ANALYTICS_COLUMNS = "query AnalyticsColumns($table:String!){analyticsColumns(table:$table){name type says}}" as Document<AnalyticsColumns, AnalyticsColumnsVariables>;
export const ANALYTICS_ANSWER = "query AnalyticsAnswer($sql:String!){analyticsAnswer(sql:$sql){columns rows rowCount filling completeness{cell until waiting says}}}" as Document<AnalyticsAnswer, AnalyticsAnswerVariables>;
export const BETTING_EVENTS = "query BettingEvents($brand:String!$sport:String!){bettingEvents(brand:$brand sport:$sport){id sportsEventId sport event startsAt currency stakeMinor worstMinor bets}}" as Document<BettingEvents, BettingEventsVariables>;
export const BETTING_SELECTIONS = "query BettingSelections($brand:String!$event:String!){bettingSelections(brand:$brand event:$event){id selectionId marketId market pick currency stakeMinor liabilityMinor bets stakeLimitMinor liabilityLimitMinor suspended}}" as Document<BettingSelections, BettingSelectionsVariables>;
export const OPEN_BETS = "query OpenBets($brand:String!$selection:String!){openBets(brand:$brand selection:$selection){id customer status currency stakeMinor eachWay free potentialReturnsMinor placedAt void legs{event pick oddsMilli}}}" as Document<OpenBets, OpenBetsVariables>;
export const TRADING_RULES = "query TradingRules($brand:String!){tradingRules(brand:$brand){revision maxLegs delaySeconds decidedBy decidedAt reason suspended{id scope targetId name startsAt}limits{id scope targetId name currency stakeMinor liabilityMinor}stakes{currency minimumMinor maximumMinor}}}" as Document<TradingRules, TradingRulesVariables>;
export const DECLARED_VOIDS = "query DeclaredVoids($brand:String!){declaredVoids(brand:$brand){id scope targetId name reason decidedBy decidedAt}}" as Document<DeclaredVoids, DeclaredVoidsVariables>;
export const CUSTOMER_FACTORS = "query CustomerFactors($brand:String!$first:Int!$after:String){page:customerFactors(brand:$brand first:$first after:$after){nodes{id customer factorMilli reason decidedBy decidedAt}endCursor hasNextPage}}" as Document<CustomerFactors, CustomerFactorsVariables>;
export const SUSPEND_BETTING = "mutation SuspendBetting($input:SuspendBettingInput!){suspendBetting(input:$input){id}}" as Document<SuspendBetting, SuspendBettingVariables>;
export const LIMIT_BETTING = "mutation LimitBetting($input:LimitBettingInput!){limitBetting(input:$input){id}}" as Document<LimitBetting, LimitBettingVariables>;
export const SET_BETTING_TERMS = "mutation SetBettingTerms($input:BettingTermsInput!){setBettingTerms(input:$input){id}}" as Document<SetBettingTerms, SetBettingTermsVariables>;
export const SET_CUSTOMER_FACTOR = "mutation SetCustomerFactor($input:CustomerFactorInput!){setCustomerFactor(input:$input)}" as Document<SetCustomerFactor, SetCustomerFactorVariables>;
export const PROPOSE_BET_VOID = "mutation ProposeBetVoid($input:VoidBetInput!){proposeBetVoid(input:$input){proposalId}}" as Document<ProposeBetVoid, ProposeBetVoidVariables>;
export const PROPOSE_VOID = "mutation ProposeVoid($input:VoidMarketInput!){proposeVoid(input:$input){proposalId}}" as Document<ProposeVoid, ProposeVoidVariables>;
export const HOME_BETTING = "query HomeBetting($brand:String!){bettingEvents(brand:$brand first:1){event currency worstMinor bets}tradingRules(brand:$brand){suspended{name targetId}}}" as Document<HomeBetting, HomeBettingVariables>;
export const LAG_HISTORY = "query LagHistory{lagHistory{at records trackerSeconds}}" as Document<LagHistory, LagHistoryVariables>;
export const LIABILITY_HOURS = "query LiabilityHours($brand:String!){riskForecast(brand:$brand){id brand isoWeek currency asOf elapsedHours weekHours unavailable now{valueMinor}likely{valueMinor}low{valueMinor}high{valueMinor}hours{hour valueMinor}before{hour valueMinor}}}" as Document<LiabilityHours, LiabilityHoursVariables>;
export const CONTENT_ITEMS = "query ContentItems($first:Int!$after:String$brand:String$states:[ContentState!]$rewardId:String){page:contentItems(first:$first after:$after brand:$brand states:$states rewardId:$rewardId){nodes{id brand rewardId configVersion version changedAt open{revision state document{texts{locale title}}}published{revision state document{texts{locale title}}}}endCursor hasNextPage}}" as Document<ContentItems, ContentItemsVariables>;
export const CONTENT_BRANDS = "query ContentBrands{contentBrands{id name timeZone locales defaultLocale jurisdictions currencies rewards{rewardId configVersion status kind namesGames}}}" as Document<ContentBrands, ContentBrandsVariables>;
export const READ_CONTENT = "query ReadContent($brand:String!$rewardId:String!$configVersion:Int){contentItem(brand:$brand rewardId:$rewardId configVersion:$configVersion){id brand rewardId configVersion version open{id revision state contentHash createdAt editedAt editedBy rollbackOf approvedAt approvedBy publishAtLocal publishedAt publishedBy note document{position eligibleGames texts{locale title summary significantTerms termsUrl imageUrl imageAlt imageAddress}}proposal{id contentHash reason proposedBy}}published{id revision state contentHash createdAt editedAt editedBy rollbackOf approvedAt approvedBy publishAtLocal publishedAt publishedBy note document{position eligibleGames texts{locale title summary significantTerms termsUrl imageUrl imageAlt imageAddress}}proposal{id contentHash reason proposedBy}}}}" as Document<ReadContent, ReadContentVariables>;
export const CONTENT_REVISIONS = "query ContentRevisions($brand:String!$rewardId:String!$configVersion:Int$after:String){contentItem(brand:$brand rewardId:$rewardId configVersion:$configVersion){id revisions(first:50 after:$after){nodes{id revision state contentHash createdAt editedAt editedBy rollbackOf approvedAt approvedBy publishAtLocal publishedAt publishedBy note document{position eligibleGames texts{locale title summary significantTerms termsUrl imageUrl imageAlt imageAddress}}proposal{id contentHash reason proposedBy}}endCursor hasNextPage}}}" as Document<ContentRevisions, ContentRevisionsVariables>;
export const CONTENT_DIFF = "query ContentDiff($brand:String!$rewardId:String!$configVersion:Int$before:Int$after:Int!){contentDiff(brand:$brand rewardId:$rewardId configVersion:$configVersion before:$before after:$after){path locale field before after spans{kind text}}}" as Document<ContentDiff, ContentDiffVariables>;
export const LINT_CONTENT = "query LintContent($brand:String!$rewardId:String!$configVersion:Int$document:ContentDocumentInput!){lintContent(brand:$brand rewardId:$rewardId configVersion:$configVersion document:$document){rule severity path message}}" as Document<LintContent, LintContentVariables>;
export const PREVIEW_STATES = "query PreviewStates{contentPreviewStates{name says brand}}" as Document<PreviewStates, PreviewStatesVariables>;
export const CONTENT_PREVIEW = "query ContentPreview($brand:String!$rewardId:String!$configVersion:Int$document:ContentDocumentInput!$locale:String!$state:String!){contentPreview(brand:$brand rewardId:$rewardId configVersion:$configVersion document:$document locale:$locale state:$state){club records}}" as Document<ContentPreview, ContentPreviewVariables>;
export const SAVE_CONTENT = "mutation SaveContent($input:SaveContentInput!){saveContent(input:$input){id brand rewardId configVersion version open{id revision state contentHash createdAt editedAt editedBy rollbackOf approvedAt approvedBy publishAtLocal publishedAt publishedBy note document{position eligibleGames texts{locale title summary significantTerms termsUrl imageUrl imageAlt imageAddress}}proposal{id contentHash reason proposedBy}}published{id revision state contentHash createdAt editedAt editedBy rollbackOf approvedAt approvedBy publishAtLocal publishedAt publishedBy note document{position eligibleGames texts{locale title summary significantTerms termsUrl imageUrl imageAlt imageAddress}}proposal{id contentHash reason proposedBy}}}}" as Document<SaveContent, SaveContentVariables>;
export const UPLOAD_IMAGE = "mutation UploadImage($input:UploadContentImageInput!){uploadContentImage(input:$input){imageUrl address width height bytes}}" as Document<UploadImage, UploadImageVariables>;
export const SUBMIT_CONTENT = "mutation SubmitContent($input:SubmitContentInput!){submitContent(input:$input){id version}}" as Document<SubmitContent, SubmitContentVariables>;
export const WITHDRAW_CONTENT = "mutation WithdrawContent($input:ContentStepInput!){withdrawContent(input:$input){id version}}" as Document<WithdrawContent, WithdrawContentVariables>;
export const PUBLISH_CONTENT = "mutation PublishContent($input:ContentStepInput!){publishContent(input:$input){id version}}" as Document<PublishContent, PublishContentVariables>;
export const SCHEDULE_CONTENT = "mutation ScheduleContent($input:ScheduleContentInput!){scheduleContent(input:$input){id version}}" as Document<ScheduleContent, ScheduleContentVariables>;
export const UNSCHEDULE_CONTENT = "mutation UnscheduleContent($input:ContentStepInput!){unscheduleContent(input:$input){id version}}" as Document<UnscheduleContent, UnscheduleContentVariables>;
export const ROLL_BACK_CONTENT = "mutation RollBackContent($input:RollBackContentInput!){rollBackContent(input:$input){id version}}" as Document<RollBackContent, RollBackContentVariables>;
export const READ_BOARD_BRAND = "query ReadBoardBrand($brand:String!){boardBrand(brand:$brand){id name locales timeZone jurisdictions countries sports{id name}}}" as Document<ReadBoardBrand, ReadBoardBrandVariables>;
export const BOARD = "query Board($brand:String!$scope:BoardScope!$sport:String$search:String$day:String$territory:String!$locale:String!$onBoard:Boolean!$after:String){board(brand:$brand scope:$scope sport:$sport search:$search day:$day territory:$territory locale:$locale onBoard:$onBoard first:25 after:$after){nodes{id brand scope entry name sport competition startsAt status shownName imageAddress position hidden onBoard placements changesAt pending{id proposedBy proposedAt reason}}endCursor hasNextPage}}" as Document<Board, BoardVariables>;
export const READ_BOARD_ENTRY = "query ReadBoardEntry($brand:String!$scope:BoardScope!$entry:String!){boardEntry(brand:$brand scope:$scope entry:$entry){revision item{id brand scope entry name sport competition startsAt status shownName imageAddress position hidden onBoard placements changesAt pending{id proposedBy proposedAt reason}}placements{territories since sinceLocal sinceOccurrence until untilLocal untilOccurrence hidden position imageUrl imageAddress names{locale name}}}}" as Document<ReadBoardEntry, ReadBoardEntryVariables>;
export const BOARD_REVISIONS = "query BoardRevisions($brand:String!$scope:BoardScope!$entry:String!){boardRevisions(brand:$brand scope:$scope entry:$entry first:50){nodes{id revision name reason proposedBy approvedBy changedAt placements{territories since sinceLocal sinceOccurrence until untilLocal untilOccurrence hidden position imageUrl imageAddress names{locale name}}}}}" as Document<BoardRevisions, BoardRevisionsVariables>;
export const TRY_BOARD_ENTRY = "query TryBoardEntry($input:TryBoardEntryInput!){tryBoardEntry(input:$input){before{place first total items{entry name startsAt imageAddress}}after{place first total items{entry name startsAt imageAddress}}problems{path message}warnings{path message}}}" as Document<TryBoardEntry, TryBoardEntryVariables>;
export const PROPOSE_BOARD_ENTRY = "mutation ProposeBoardEntry($input:ProposeBoardEntryInput!){proposeBoardEntry(input:$input)}" as Document<ProposeBoardEntry, ProposeBoardEntryVariables>;
export const REMOVE_BOARD_ENTRY = "mutation RemoveBoardEntry($input:RemoveBoardEntryInput!){removeBoardEntry(input:$input)}" as Document<RemoveBoardEntry, RemoveBoardEntryVariables>;
export const ROLL_BACK_BOARD_ENTRY = "mutation RollBackBoardEntry($input:RollBackBoardEntryInput!){rollBackBoardEntry(input:$input)}" as Document<RollBackBoardEntry, RollBackBoardEntryVariables>;
export const EVENT_OFFERS = "query EventOffers($first:Int!$after:String$sport:String$provider:String$day:Date$text:String$state:OfferState){page:eventOffers(first:$first after:$after sport:$sport provider:$provider day:$day text:$text state:$state){nodes{id state offer{id provider sportsEventId sport competition name competitors startsAt status knownSince}event{id name offers}}endCursor hasNextPage}}" as Document<EventOffers, EventOffersVariables>;
export const OFFERED_SPORTS = "query OfferedSports{offeredSports}" as Document<OfferedSports, OfferedSportsVariables>;
export const WAITING_MATCHES = "query WaitingMatches($first:Int!$after:String){waitingMatches(first:$first after:$after){nodes{id sport offers{id provider sportsEventId sport competition name competitors startsAt status knownSince}candidates{id confidence waiting version offers{id provider sportsEventId sport competition name competitors startsAt status knownSince}decided{verdict by at}}}endCursor hasNextPage}}" as Document<WaitingMatches, WaitingMatchesVariables>;
export const WAITING_MATCH_COUNT = "query WaitingMatchCount{waitingMatchCount}" as Document<WaitingMatchCount, WaitingMatchCountVariables>;
export const DECIDE_MATCH = "mutation DecideMatch($input:DecideMatchInput!){decideMatch(input:$input)}" as Document<DecideMatch, DecideMatchVariables>;
export const MATCH_DECISIONS = "query MatchDecisions($first:Int!$after:String){matchDecisions(first:$first after:$after){nodes{id verdict state version by at reason learned together first{provider sportsEventId offer{id provider sportsEventId sport competition name competitors startsAt status knownSince}}second{provider sportsEventId offer{id provider sportsEventId sport competition name competitors startsAt status knownSince}}remaining{id provider sportsEventId sport competition name competitors startsAt status knownSince}}endCursor hasNextPage}}" as Document<MatchDecisions, MatchDecisionsVariables>;
export const UNDO_MATCH_DECISION = "mutation UndoMatchDecision($input:UndoMatchDecisionInput!){undoMatchDecision(input:$input)}" as Document<UndoMatchDecision, UndoMatchDecisionVariables>;
export const LEADERS = "query Leaders{eventLeaders{data provider since reason}eventProviders{id capabilities complete problem delayMs saidAt trusted since reason failures wellSince}}" as Document<Leaders, LeadersVariables>;
export const LEADER_CHANGES = "query LeaderChanges($first:Int!$after:String){leaderChanges(first:$first after:$after){nodes{id data before after reason changedAt}endCursor hasNextPage}}" as Document<LeaderChanges, LeaderChangesVariables>;
export const FINANCE_DAYS = "query FinanceDays($first:Int!$after:String){financeCloses(first:$first after:$after){nodes{id day sequence closedAt hash signed begins transfers differences{words currency accountId}positions{id brand currency account openingMinor closingMinor movements{code debitsMinor creditsMinor transfers}}}endCursor hasNextPage}}" as Document<FinanceDays, FinanceDaysVariables>;
export const PAYOUT_STOPS = "query PayoutStops{financeHolds{id currency day differences heldAt}}" as Document<PayoutStops, PayoutStopsVariables>;
export const RELEASES_WAITING = "query ReleasesWaiting{approvals(kind:\"finance.release\" status:PENDING first:25){nodes{id content visible}}}" as Document<ReleasesWaiting, ReleasesWaitingVariables>;
export const FINANCE_CORRECTIONS = "query FinanceCorrections($brand:String!$first:Int!$after:String){page:financeCorrections(brand:$brand first:$first after:$after){nodes{id customer currency amountMinor credit reason proposedBy approvedBy decidedAt state refusal settledAt}endCursor hasNextPage}}" as Document<FinanceCorrections, FinanceCorrectionsVariables>;
export const CORRECTABLE_ACCOUNTS = "query CorrectableAccounts($customer:ID!){correctableAccounts(customer:$customer){id currency account credit availableMinor reservedMinor expiresAt}}" as Document<CorrectableAccounts, CorrectableAccountsVariables>;
export const PREVIEW_CORRECTION = "query PreviewCorrection($correction:CorrectionInput!){correctionPreview(correction:$correction){beforeMinor afterMinor refusal waits}}" as Document<PreviewCorrection, PreviewCorrectionVariables>;
export const FINANCIAL_CHECKS = "query FinancialChecks($brand:String!$first:Int!$after:String){page:financialChecks(brand:$brand first:$first after:$after){nodes{id customer dueAt currency netMinor}endCursor hasNextPage}}" as Document<FinancialChecks, FinancialChecksVariables>;
export const WAITING_WITHDRAWALS = "query WaitingWithdrawals($brand:String!$first:Int!$after:String){page:financeWithdrawals(brand:$brand first:$first after:$after){nodes{id customer methodId currency amountMinor review askedAt}endCursor hasNextPage}}" as Document<WaitingWithdrawals, WaitingWithdrawalsVariables>;
export const PAYMENT_CASES = "query PaymentCases($brand:String!$first:Int!$after:String){page:paymentCases(brand:$brand first:$first after:$after){nodes{id kind processor paymentId currency amountMinor openedAt details{name value}}endCursor hasNextPage}}" as Document<PaymentCases, PaymentCasesVariables>;
export const DECIDE_WITHDRAWAL = "mutation DecideWithdrawal($input:DecideWithdrawalInput!){proposeWithdrawalDecision(input:$input){proposalId}}" as Document<DecideWithdrawal, DecideWithdrawalVariables>;
export const CLOSE_CASE = "mutation CloseCase($input:ClosePaymentCaseInput!){closePaymentCase(input:$input)}" as Document<CloseCase, CloseCaseVariables>;
export const PROPOSE_CORRECTION = "mutation ProposeCorrection($input:ProposeCorrectionInput!){proposeCorrection(input:$input){proposalId}}" as Document<ProposeCorrection, ProposeCorrectionVariables>;
export const RELEASE_PAYOUTS = "mutation ReleasePayouts($input:ReleasePayoutsInput!){proposePayoutRelease(input:$input){proposalId}}" as Document<ReleasePayouts, ReleasePayoutsVariables>;
export const CLOSE_CHECK = "mutation CloseCheck($input:CloseFinancialCheckInput!){closeFinancialCheck(input:$input)}" as Document<CloseCheck, CloseCheckVariables>;
export const HOME_FINANCE = "query HomeFinance($brand:String!){financeHolds{currency day}financeWaiting(brand:$brand){checks corrections withdrawals cases differingDays}}" as Document<HomeFinance, HomeFinanceVariables>;
export const HOME_DAY = "query HomeDay{financeCloses(first:1){nodes{id day sequence closedAt hash signed begins transfers differences{words currency accountId}positions{id brand currency account openingMinor closingMinor movements{code debitsMinor creditsMinor transfers}}}}}" as Document<HomeDay, HomeDayVariables>;
export const MY_DECISIONS = "query MyDecisions{myDecisions{id kind brand status decidedAt decidedBy decisionReason content visible}}" as Document<MyDecisions, MyDecisionsVariables>;
export const SEE_DECISIONS = "mutation SeeDecisions($newest:ID!){seeDecisions(newest:$newest)}" as Document<SeeDecisions, SeeDecisionsVariables>;
export const SHOWN_BRANDS = "query ShownBrands{contentBrands{id name timeZone currencies rewards{rewardId configVersion title}}}" as Document<ShownBrands, ShownBrandsVariables>;
export const BRAND_NAMES = "query BrandNames{brandNames{id name}}" as Document<BrandNames, BrandNamesVariables>;
export const SEARCH = "query Search($brand:String!$text:String!){search(brand:$brand text:$text){id kind brand name exact customer}}" as Document<Search, SearchVariables>;
export const TO_DECIDE = "query ToDecide{approvalsToDecide{id kind subject brand proposedAt proposedBy}unseenDecisions}" as Document<ToDecide, ToDecideVariables>;
export const HOME_WEEKS = "query HomeWeeks($brand:String!){weeks(brand:$brand){isoWeek state waitsFor until}}" as Document<HomeWeeks, HomeWeeksVariables>;
export const HOME_COUNTED = "query HomeCounted($brand:String!){countedBets(brand:$brand){until waiting problem}}" as Document<HomeCounted, HomeCountedVariables>;
export const HOME_LAG = "query HomeLag($brand:String!){countedBets(brand:$brand){until waiting problem}consumerLag{problem partitions{lag oldestAt}}outboxes{waiting oldestAt}}" as Document<HomeLag, HomeLagVariables>;
export const HOME_NODES = "query HomeNodes{nodes{node alive missing}}" as Document<HomeNodes, HomeNodesVariables>;
export const HOME_RISK = "query HomeRisk($brand:String!){riskLiability(brand:$brand){asOf lines{currency valueMinor}}riskForecast(brand:$brand){currency unavailable likely{valueMinor}low{valueMinor}high{valueMinor}}riskWeeks(brand:$brand first:1){nodes{isoWeek asOf optedIn qualified}}riskBudgets(brand:$brand first:100){nodes{reward left stopped}}}" as Document<HomeRisk, HomeRiskVariables>;
export const HOME_BETS = "query HomeBets($brand:String!){exposure:analyticsReport(brand:$brand report:EXPOSURE){columns rows filling completeness{cell until waiting says}}revenue:analyticsReport(brand:$brand report:REVENUE){columns rows filling completeness{cell until waiting says}}}" as Document<HomeBets, HomeBetsVariables>;
export const HOME_OPERATIONS = "query HomeOperations{killSwitches(first:100){nodes{brand state}}}" as Document<HomeOperations, HomeOperationsVariables>;
export const HOME_SUPPORT = "query HomeSupport($brand:String!){goodwillBudgets(brand:$brand){currency isoWeek amountMinor leftMinor agentMinor}}" as Document<HomeSupport, HomeSupportVariables>;
export const HOME_OWN = "query HomeOwn{approvals(status:PENDING first:100){nodes{own}hasNextPage}}" as Document<HomeOwn, HomeOwnVariables>;
export const HOME_CONTENT = "query HomeContent($brand:String!){drafts:contentItems(brand:$brand states:[DRAFT]first:100){nodes{id}hasNextPage}review:contentItems(brand:$brand states:[IN_REVIEW]first:100){nodes{id}hasNextPage}ready:contentItems(brand:$brand states:[APPROVED SCHEDULED]first:100){nodes{id}hasNextPage}}" as Document<HomeContent, HomeContentVariables>;
export const HOME_PEOPLE = "query HomePeople{users(first:100){nodes{status secondFactor}hasNextPage}}" as Document<HomePeople, HomePeopleVariables>;
export const WAITING_CASES = "query WaitingCases($brand:String!){waitingCases(brand:$brand){lateBets heldRewards}}" as Document<WaitingCases, WaitingCasesVariables>;
export const WAITING_LETTERS = "query WaitingLetters{deadLetterCounts{app letters}}" as Document<WaitingLetters, WaitingLettersVariables>;
export const READ_LOBBY = "query ReadLobby($brand:String!){lobbyContent(brand:$brand){revision locales jurisdictions timeZone sections{id names{locale name}games{id name exists}rule{by days value}jurisdictions devices since until}groups{id names{locale name}games{id name exists}rule{by days value}jurisdictions devices since until}}lobbyProviders(brand:$brand){provider listedAt askedAt awaySince games leftOut reason}}" as Document<ReadLobby, ReadLobbyVariables>;
export const LOBBY_GAMES = "query LobbyGames($brand:String!$search:String!){lobbyGames(brand:$brand search:$search first:20){nodes{id name studio certified}}}" as Document<LobbyGames, LobbyGamesVariables>;
export const TRY_LOBBY = "query TryLobby($input:TryLobbyInput!){tryLobby(input:$input){before{id name games{id name}}after{id name games{id name}}problems{path message}}}" as Document<TryLobby, TryLobbyVariables>;
export const PROPOSE_LOBBY = "mutation ProposeLobby($input:ProposeLobbyInput!){proposeLobby(input:$input)}" as Document<ProposeLobby, ProposeLobbyVariables>;
export const BRANDS = "query Brands{brands(first:100){nodes{id name timeZone locales revision missing theme{isOwn}}}}" as Document<Brands, BrandsVariables>;
export const READ_BRAND = "query ReadBrand($id:ID!){operatedBrand(id:$id){id name timeZone defaultLocale locales jurisdictions currencies revision missing theme{token light dark isOwn}contrasts{front back scheme frontColour backColour use ratio least readable}}}" as Document<ReadBrand, ReadBrandVariables>;
export const TRY_THEME = "query TryTheme($input:TryThemeInput!){tryTheme(input:$input){front back scheme frontColour backColour use ratio least readable}}" as Document<TryTheme, TryThemeVariables>;
export const CHANGE_BRAND = "mutation ChangeBrand($input:ChangeBrandInput!){changeBrand(input:$input){id name timeZone defaultLocale locales jurisdictions currencies revision missing theme{token light dark isOwn}contrasts{front back scheme frontColour backColour use ratio least readable}}}" as Document<ChangeBrand, ChangeBrandVariables>;
export const BRAND_REVISIONS = "query BrandRevisions($brand:String!){brandRevisions(brand:$brand first:50){nodes{id revision name defaultLocale locales reason changedAt changedBy theme{token light dark isOwn}}}}" as Document<BrandRevisions, BrandRevisionsVariables>;
export const DEAD_LETTERS = "query DeadLetters($first:Int!$after:String$app:String!$topic:String){page:deadLetters(first:$first after:$after app:$app topic:$topic){nodes{id app topic partition offset reason details key value storedAt}endCursor hasNextPage}}" as Document<DeadLetters, DeadLettersVariables>;
export const READ_DEAD_LETTER = "query ReadDeadLetter($id:ID!){one:deadLetter(id:$id){id app topic partition offset reason details key value storedAt}}" as Document<ReadDeadLetter, ReadDeadLetterVariables>;
export const REPLAY = "mutation Replay($input:ReplayInput!){replayDeadLetter(input:$input){fate reason details}}" as Document<Replay, ReplayVariables>;
export const REPLAY_ALL = "mutation ReplayAll($input:ReplayAllInput!){replayDeadLetters(input:$input)}" as Document<ReplayAll, ReplayAllVariables>;
export const LATE_BETS = "query LateBets($first:Int!$after:String$brand:String!){page:lateBets(first:$first after:$after brand:$brand){nodes{id brand bet customer isoWeek revision countedMinor wouldCountMinor currency wouldBe occurredAt closedAt proposal}endCursor hasNextPage}}" as Document<LateBets, LateBetsVariables>;
export const PROPOSE_LATE_BET = "mutation ProposeLateBet($input:LateBetInput!){proposeLateBet(input:$input)}" as Document<ProposeLateBet, ProposeLateBetVariables>;
export const REJECT_LATE_BET = "mutation RejectLateBet($input:LateBetInput!){rejectLateBet(input:$input)}" as Document<RejectLateBet, RejectLateBetVariables>;
export const HELD_REWARDS = "query HeldRewards($first:Int!$after:String$brand:String!){page:heldRewards(first:$first after:$after brand:$brand){nodes{id brand customer isoWeek origin reward valueMinor currency provider state reason since byTwo proposal}endCursor hasNextPage}}" as Document<HeldRewards, HeldRewardsVariables>;
export const RETRY_HELD_REWARD = "mutation RetryHeldReward($input:RetryRewardInput!){retryHeldReward(input:$input)}" as Document<RetryHeldReward, RetryHeldRewardVariables>;
export const CREDIT_HELD_REWARD = "mutation CreditHeldReward($input:CreditedRewardInput!){creditHeldReward(input:$input)}" as Document<CreditHeldReward, CreditHeldRewardVariables>;
export const PENDING_INTENTS = "query PendingIntents($first:Int!$after:String$brand:String!$subgraph:String$olderThanMinutes:Int){page:pendingIntents(first:$first after:$after brand:$brand subgraph:$subgraph olderThanMinutes:$olderThanMinutes){nodes{id subgraph customer operation createdAt waitsUntil}endCursor hasNextPage}}" as Document<PendingIntents, PendingIntentsVariables>;
export const WEEK_CUSTOMERS = "query WeekCustomers($brand:String!$isoWeek:String!){weekCustomers(brand:$brand isoWeek:$isoWeek){jurisdiction currency status customers}}" as Document<WeekCustomers, WeekCustomersVariables>;
export const LAG = "query Lag{consumerLag{readAt problem details partitions{id group topic partition committed end lag oldestAt}}outboxes{database waiting oldestAt}}" as Document<Lag, LagVariables>;
export const KILL_SWITCHES = "query KillSwitches{killSwitches(first:100){nodes{id brand state reason decidedAt decidedBy number applied missing{node reason}}}}" as Document<KillSwitches, KillSwitchesVariables>;
export const SET_KILL_SWITCH = "mutation SetKillSwitch($input:SwitchInput!){setKillSwitch(input:$input){id}}" as Document<SetKillSwitch, SetKillSwitchVariables>;
export const SWITCH_PROVIDER = "mutation SwitchProvider($input:SwitchProviderInput!){setProviderSwitch(input:$input){id}}" as Document<SwitchProvider, SwitchProviderVariables>;
export const NODES = "query Nodes{nodes{id node part process alive number missing missingSince receivedAt refused{node reason}}}" as Document<Nodes, NodesVariables>;
export const FORGET_NODE = "mutation ForgetNode($input:ForgetNodeInput!){forgetNode(input:$input)}" as Document<ForgetNode, ForgetNodeVariables>;
export const REWARD_VERSIONS = "query RewardVersions($brand:String!){rewardVersions(brand:$brand){id brand reward version kind status recalled obstacles}}" as Document<RewardVersions, RewardVersionsVariables>;
export const CHANGE_REWARD_STATUS = "mutation ChangeRewardStatus($input:RewardStatusInput!){changeRewardStatus(input:$input){proposal event{id}}}" as Document<ChangeRewardStatus, ChangeRewardStatusVariables>;
export const WEEKS = "query Weeks($brand:String!){weeks(brand:$brand){id brand isoWeek jurisdiction currency state confirmed openedWith scheme waitsFor until}}" as Document<Weeks, WeeksVariables>;
export const OPEN_WEEK = "mutation OpenWeek($input:WeekInput!){openWeek(input:$input){id}}" as Document<OpenWeek, OpenWeekVariables>;
export const CLOSE_WEEK = "mutation CloseWeek($input:WeekInput!){proposeCloseWeek(input:$input)}" as Document<CloseWeek, CloseWeekVariables>;
export const PROVIDERS = "query Providers{providers{id kind adapter runsIn capabilities enabled revision imported endpoint adapterKinds stopped everywhere reason since waiting configuration{position adapter url secret kinds brands currencies limitMinor inFlight timeoutSeconds attempts pauseSeconds breakerFailures breakerRestSeconds keyHours learns pollMinutes enabled}status{state says since details}missing{node reason}pending{id proposedBy reason}health{id node worker alive revision problem circuit calls due succeededAt failedAt error creditedAt}settings{name label unit help kind optional least above most value}process{revision source unused items delayMs}limits{items messageBytes}}}" as Document<Providers, ProvidersVariables>;
export const SWITCHABLE_PROVIDERS = "query SwitchableProviders{providers{id kind revision stopped health{id}}}" as Document<SwitchableProviders, SwitchableProvidersVariables>;
export const READ_PROVIDER = "query ReadProvider($id:ID!){provider(id:$id){id kind adapter runsIn capabilities enabled revision imported endpoint adapterKinds stopped everywhere reason since waiting configuration{position adapter url secret kinds brands currencies limitMinor inFlight timeoutSeconds attempts pauseSeconds breakerFailures breakerRestSeconds keyHours learns pollMinutes enabled}status{state says since details}missing{node reason}pending{id proposedBy reason}health{id node worker alive revision problem circuit calls due succeededAt failedAt error creditedAt}settings{name label unit help kind optional least above most value}process{revision source unused items delayMs}limits{items messageBytes}}}" as Document<ReadProvider, ReadProviderVariables>;
export const PROVIDER_ADAPTERS = "query ProviderAdapters{providerAdapters}" as Document<ProviderAdapters, ProviderAdaptersVariables>;
export const PROVIDER_REVISIONS = "query ProviderRevisions($provider:String!){providerRevisions(provider:$provider first:50){nodes{id revision reason submittedBy approvedBy inForceAt configuration{position adapter url secret kinds brands currencies limitMinor inFlight timeoutSeconds attempts pauseSeconds breakerFailures breakerRestSeconds keyHours learns pollMinutes enabled}}}}" as Document<ProviderRevisions, ProviderRevisionsVariables>;
export const PROVIDER_DIFF = "query ProviderDiff($provider:String!$before:Int!$after:Int!){providerDiff(provider:$provider before:$before after:$after){field before after}}" as Document<ProviderDiff, ProviderDiffVariables>;
export const TRY_PROVIDER = "query TryProvider($input:ProviderConfigurationInput!){tryProvider(input:$input){path message}}" as Document<TryProvider, TryProviderVariables>;
export const SUBMIT_PROVIDER = "mutation SubmitProvider($input:SubmitProviderInput!){submitProvider(input:$input)}" as Document<SubmitProvider, SubmitProviderVariables>;
export const ROLL_BACK_PROVIDER = "mutation RollBackProvider($input:RollBackProviderInput!){rollBackProvider(input:$input)}" as Document<RollBackProvider, RollBackProviderVariables>;
export const TRY_ADAPTER = "query TryAdapter($input:AdapterSettingsInput!){tryAdapter(input:$input){path message}}" as Document<TryAdapter, TryAdapterVariables>;
export const SUBMIT_ADAPTER = "mutation SubmitAdapter($input:SubmitAdapterInput!){submitAdapter(input:$input)}" as Document<SubmitAdapter, SubmitAdapterVariables>;
export const LISTED_PAYMENTS = "query ListedPayments($first:Int!$after:String$brand:String!$search:String$direction:OfficePaymentDirection$state:OfficePaymentState$processor:String$currency:String){page:financePayments(first:$first after:$after brand:$brand search:$search direction:$direction state:$state processor:$processor currency:$currency){nodes{id customer direction state methodId processors currency amountMinor askedAt}endCursor hasNextPage}}" as Document<ListedPayments, ListedPaymentsVariables>;
export const FINANCE_PAYMENT = "query FinancePayment($id:ID!){financePayment(id:$id){id customer direction state methodId currency amountMinor feeMinor askedAt story{at kind processor part state amountMinor words by}}refundableCharges(payment:$id){id processor currency amountMinor leftMinor cashMinor owed}}" as Document<FinancePayment, FinancePaymentVariables>;
export const CUSTOMER_PAYMENTS = "query CustomerPayments($customer:ID!$first:Int!){customerPayments(customer:$customer first:$first){id customer direction state methodId currency amountMinor feeMinor askedAt story{at kind processor part state amountMinor words by}}}" as Document<CustomerPayments, CustomerPaymentsVariables>;
export const PROPOSE_REFUND = "mutation ProposeRefund($input:ProposeRefundInput!){proposeRefund(input:$input){proposalId}}" as Document<ProposeRefund, ProposeRefundVariables>;
export const FINANCE_REFUNDS = "query FinanceRefunds($brand:String!$first:Int!$after:String){page:financeRefunds(brand:$brand first:$first after:$after){nodes{id customer paymentId currency amountMinor reason decidedBy decidedAt state refusal}endCursor hasNextPage}}" as Document<FinanceRefunds, FinanceRefundsVariables>;
export const COMPARED_DAYS = "query ComparedDays($first:Int!$after:String){page:paymentComparisons(first:$first after:$after){nodes{id processor day lines matched cases{kind cases waiting}comparedAt}endCursor hasNextPage}}" as Document<ComparedDays, ComparedDaysVariables>;
export const PAYMENT_PROCESSORS = "query PaymentProcessors{paymentProcessors{id enabled answeredAt movedAt doubtful doubtfulSince underWay underWaySince routes{methodId name direction place places brands countries currencies maximumMinor}failures{reason parts}}}" as Document<PaymentProcessors, PaymentProcessorsVariables>;
export const APPROVALS = "query Approvals($first:Int!$after:String$brand:String$status:ProposalStatus$kind:String$subject:String){page:approvals(first:$first after:$after brand:$brand status:$status kind:$kind subject:$subject){nodes{id kind brand subject content contentHash reason status proposedAt proposedBy own decidedAt decidedBy decisionReason outcome visible notIndependent}endCursor hasNextPage}}" as Document<Approvals, ApprovalsVariables>;
export const READ_APPROVAL = "query ReadApproval($id:ID!){one:approval(id:$id){id kind brand subject content contentHash reason status proposedAt proposedBy own decidedAt decidedBy decisionReason outcome visible notIndependent}}" as Document<ReadApproval, ReadApprovalVariables>;
export const APPROVE = "mutation Approve($input:ApproveInput!){approve(input:$input){id status}}" as Document<Approve, ApproveVariables>;
export const REJECT = "mutation Reject($input:RejectInput!){reject(input:$input){id status}}" as Document<Reject, RejectVariables>;
export const WITHDRAW = "mutation Withdraw($id:ID!){withdrawProposal(id:$id){id status}}" as Document<Withdraw, WithdrawVariables>;
export const PROPOSALS_ABOUT = "query ProposalsAbout($subject:String!){approvals(subject:$subject first:10){nodes{id kind brand content visible status proposedAt proposedBy decidedAt}}}" as Document<ProposalsAbout, ProposalsAboutVariables>;
export const USERS = "query Users($first:Int!$after:String){page:users(first:$first after:$after){nodes{id login name person status secondFactor passwordExpired external revision createdAt updatedAt roles{brand role}}endCursor hasNextPage}}" as Document<Users, UsersVariables>;
export const READ_USER = "query ReadUser($id:ID!){one:user(id:$id){id login name person status secondFactor passwordExpired external revision createdAt updatedAt roles{brand role}}}" as Document<ReadUser, ReadUserVariables>;
export const ADD_USER = "mutation AddUser($input:AddUserInput!){addUser(input:$input){initialPassword user{login}}}" as Document<AddUser, AddUserVariables>;
export const SET_ROLES = "mutation SetRoles($input:SetRolesInput!){setRoles(input:$input){id revision}}" as Document<SetRoles, SetRolesVariables>;
export const DISABLE_USER = "mutation DisableUser($input:UserChangeInput!){disableUser(input:$input){id status}}" as Document<DisableUser, DisableUserVariables>;
export const ENABLE_USER = "mutation EnableUser($input:UserChangeInput!){enableUser(input:$input){id status}}" as Document<EnableUser, EnableUserVariables>;
export const RESET_USER = "mutation ResetUser($input:ResetUserInput!){resetUser(input:$input){initialPassword}}" as Document<ResetUser, ResetUserVariables>;
export const SESSIONS = "query Sessions($userId:ID!){sessions(userId:$userId){id seenAt address userAgent current}}" as Document<Sessions, SessionsVariables>;
export const JOBS = "query Jobs($first:Int!$after:String$brand:String$status:JobStatus){page:jobs(first:$first after:$after brand:$brand status:$status){nodes{id kind brand arguments status done total result error createdBy createdAt finishedAt}endCursor hasNextPage}}" as Document<Jobs, JobsVariables>;
export const READ_JOB = "query ReadJob($id:ID!){one:job(id:$id){id kind brand arguments status done total result error createdBy createdAt finishedAt}}" as Document<ReadJob, ReadJobVariables>;
export const CANCEL_JOB = "mutation CancelJob($id:ID!){cancelJob(id:$id){id status}}" as Document<CancelJob, CancelJobVariables>;
export const AUDIT = "query Audit($first:Int!$after:String$brand:String$userId:String$action:String$subject:String){page:audit(first:$first after:$after brand:$brand userId:$userId action:$action subject:$subject){nodes{id at userId person name address action actionName brand subject subjectKind before after reason hash}endCursor hasNextPage}}" as Document<Audit, AuditVariables>;
export const AUDIT_ACTIONS = "query AuditActions{auditActions{id name}}" as Document<AuditActions, AuditActionsVariables>;
export const AUDITED_USERS = "query AuditedUsers($after:String){users(first:100 after:$after){nodes{id name login}endCursor hasNextPage}}" as Document<AuditedUsers, AuditedUsersVariables>;
export const RISK_BUDGETS = "query RiskBudgets($brand:String!$isoWeek:String){riskBudgets(brand:$brand isoWeek:$isoWeek first:100){nodes{id isoWeek reward own budget chosen reserved expected owed credited left stopped}}}" as Document<RiskBudgets, RiskBudgetsVariables>;
export const SET_RISK_BUDGET = "mutation SetRiskBudget($input:RiskBudgetInput!){setRiskBudget(input:$input){number proposal}}" as Document<SetRiskBudget, SetRiskBudgetVariables>;
export const RISK_FORECAST = "query RiskForecast($brand:String!){riskForecast(brand:$brand){id isoWeek currency asOf elapsedHours weekHours unavailable method weeks now{rewards valueMinor}likely{rewards valueMinor}low{rewards valueMinor}high{rewards valueMinor}tests{isoWeek forecast low high actual error within}}}" as Document<RiskForecast, RiskForecastVariables>;
export const GOODWILL_BUDGETS = "query GoodwillBudgets($brand:String!){goodwillBudgets(brand:$brand){id isoWeek currency own amountMinor customerMinor agentMinor reservedMinor approvedMinor paidMinor leftMinor}}" as Document<GoodwillBudgets, GoodwillBudgetsVariables>;
export const GOODWILL_COSTS = "query GoodwillCosts($brand:String!){goodwillCosts(brand:$brand){id isoWeek currency stage kind credits valueMinor}}" as Document<GoodwillCosts, GoodwillCostsVariables>;
export const SET_GOODWILL_BUDGET = "mutation SetGoodwillBudget($input:SetGoodwillBudgetInput!){setGoodwillBudget(input:$input){proposalId}}" as Document<SetGoodwillBudget, SetGoodwillBudgetVariables>;
export const RISK_LIABILITY = "query RiskLiability($brand:String!){riskLiability(brand:$brand){asOf changesInDoubt cells{id cell partitions asOf}lines{id isoWeek stage source reward version kind currency customers valueMinor spins unvalued}}}" as Document<RiskLiability, RiskLiabilityVariables>;
export const RISK_CUSTOMERS = "query RiskCustomers($first:Int!$after:String$brand:String!$isoWeek:String!$figure:RiskFigure!$reward:String$version:Int$currency:String$source:String){page:riskCustomers(first:$first after:$after brand:$brand isoWeek:$isoWeek figure:$figure reward:$reward version:$version currency:$currency source:$source){nodes{id customer at currency stage source reward version kind valueMinor spins turnoverMinor countedBets}endCursor hasNextPage}}" as Document<RiskCustomers, RiskCustomersVariables>;
export const RISK_GOODWILL = "query RiskGoodwill($first:Int!$after:String$brand:String!$isoWeek:String$currency:String$stage:String$kind:String){page:riskGoodwill(first:$first after:$after brand:$brand isoWeek:$isoWeek currency:$currency stage:$stage kind:$kind){nodes{id isoWeek customer at stage reward version kind currency valueMinor cause proposedBy approvedBy}endCursor hasNextPage}}" as Document<RiskGoodwill, RiskGoodwillVariables>;
export const RISK_REWARDS = "query RiskRewards($brand:String!$isoWeek:String!){riskRewards(brand:$brand isoWeek:$isoWeek first:100){nodes{id isoWeek stage source reward version kind currency customers valueMinor spins unvalued}}}" as Document<RiskRewards, RiskRewardsVariables>;
export const RISK_WEEKS = "query RiskWeeks($brand:String!$first:Int!){riskWeeks(brand:$brand first:$first){nodes{id isoWeek asOf closed seen optedIn qualified chose credited used money{currency customers countedBets turnoverMinor memberTurnoverMinor marginMinor expectedMinor owedMinor outstandingMinor usedMinor expiredMinor costMinor costShare unvalued spins}}}}" as Document<RiskWeeks, RiskWeeksVariables>;
export const SCHEME_VERSIONS = "query SchemeVersions($brand:String!){schemeVersions(brand:$brand){id brand jurisdiction currency version qualifyingProduct targetMinor minStakeMinor minOddsMilli betTypes channels countBeforeOptIn defaultRewardId choiceLockMinutes graceMinutes terms{version summary url}effectiveFrom controlPerMille trialRewardId trialPerMille events{legs items{kind id name sport competition startsAt}}firstWeek phase}}" as Document<SchemeVersions, SchemeVersionsVariables>;
export const SCHEME_SCOPE_ITEMS = "query SchemeScopeItems($brand:String!$text:String!){sports:schemeScopeItems(brand:$brand kind:SPORT text:$text first:8){kind id name sport competition startsAt}competitions:schemeScopeItems(brand:$brand kind:COMPETITION text:$text first:8){kind id name sport competition startsAt}events:schemeScopeItems(brand:$brand kind:EVENT text:$text first:8){kind id name sport competition startsAt}}" as Document<SchemeScopeItems, SchemeScopeItemsVariables>;
export const CHECK_SCHEME = "query CheckScheme($brand:String!$scheme:SchemeInput!){checkScheme(brand:$brand scheme:$scheme){lawful complete openWeek firstWeek firstWeekStartsAt problems{rule severity path message source}}}" as Document<CheckScheme, CheckSchemeVariables>;
export const WAITING_SCHEMES = "query WaitingSchemes($brand:String!){approvals(brand:$brand kind:\"rules.scheme\" status:PENDING){nodes{id subject proposedBy proposedAt}}}" as Document<WaitingSchemes, WaitingSchemesVariables>;
export const PROPOSE_SCHEME = "mutation ProposeScheme($input:ProposeSchemeInput!){proposeScheme(input:$input)}" as Document<ProposeScheme, ProposeSchemeVariables>;
export const START_DRY_RUN = "mutation StartDryRun($input:StartDryRunInput!){startDryRun(input:$input){id brand isoWeek status done total error result{customers elsewhere bets differingBets countedBeforeMinor countedAfterMinor qualifiedBefore qualifiedAfter gained lost kept withoutLegs costBefore{reward rewards valueMinor}costAfter{reward rewards valueMinor}reasons{before after bets}}}}" as Document<StartDryRun, StartDryRunVariables>;
export const READ_DRY_RUN = "query ReadDryRun($id:ID!){dryRun(id:$id){id brand isoWeek status done total error result{customers elsewhere bets differingBets countedBeforeMinor countedAfterMinor qualifiedBefore qualifiedAfter gained lost kept withoutLegs costBefore{reward rewards valueMinor}costAfter{reward rewards valueMinor}reasons{before after bets}}}}" as Document<ReadDryRun, ReadDryRunVariables>;
export const DRY_RUN_DIFFERENCES = "query DryRunDifferences($id:ID!$after:String){dryRunDifferences(id:$id first:25 after:$after){nodes{customerId betId placedAt stakeMinor beforeMinor beforeReason afterMinor afterReason}endCursor hasNextPage}}" as Document<DryRunDifferences, DryRunDifferencesVariables>;
export const DRY_RUN_CSV = "query DryRunCsv($id:ID!){dryRunCsv(id:$id)}" as Document<DryRunCsv, DryRunCsvVariables>;
export const PERMISSIONS = "query Permissions{me{roles{role}permissions{brand permissions}}}" as Document<Permissions, PermissionsVariables>;
export const ACCOUNT = "query Account{me{name recoveryCodesLeft}mySessions{id seenAt address userAgent current}}" as Document<Account, AccountVariables>;
export const NEW_RECOVERY_CODES = "mutation NewRecoveryCodes{newRecoveryCodes}" as Document<NewRecoveryCodes, NewRecoveryCodesVariables>;
export const SEND_CREDENTIAL_LINK = "mutation SendCredentialLink{sendCredentialLink}" as Document<SendCredentialLink, SendCredentialLinkVariables>;
export const END_SESSION = "mutation EndSession($id:ID!){endSession(id:$id){id}}" as Document<EndSession, EndSessionVariables>;
export const CUSTOMERS = "query Customers($brand:String!$search:String!$after:String){customers(brand:$brand search:$search first:25 after:$after){nodes{id customerId}endCursor hasNextPage}}" as Document<Customers, CustomersVariables>;
export const CUSTOMER_OF_BET = "query CustomerOfBet($brand:String!$betId:String!){customerOfBet(brand:$brand betId:$betId){id customerId}}" as Document<CustomerOfBet, CustomerOfBetVariables>;
export const READ_CUSTOMER = "query ReadCustomer($id:ID!){customer(id:$id){id brand customerId member memberSince ineligibleReason account{revision status verified jurisdiction currency rgState promoRestricted since}week{isoWeek totalMinor targetMinor currency shown countedBets reward isChosen}pastWeeks{isoWeek totalMinor targetMinor currency shown countedBets reward isChosen}}legalHolds(customer:$id){id reason putBy putAt liftReason liftedBy liftedAt}}" as Document<ReadCustomer, ReadCustomerVariables>;
export const CUSTOMER_WEEK = "query CustomerWeek($customer:ID!$isoWeek:String!){customerWeek(customer:$customer isoWeek:$isoWeek){isoWeek totalMinor targetMinor currency}}" as Document<CustomerWeek, CustomerWeekVariables>;
export const TIMELINE = "query Timeline($customer:ID!$part:TimelinePart$after:String){timeline(customer:$customer part:$part first:25 after:$after){nodes{id kind at arrivedAt title waitsUntil betId counted topic messageKey messageId partition offset}endCursor hasNextPage}}" as Document<Timeline, TimelineVariables>;
export const WHY = "query Why($brand:String!$betId:String!){betExplanation(brand:$brand betId:$betId){betId counted reason sentence facts{label value}}}" as Document<Why, WhyVariables>;
export const BET_RECORD = "query BetRecord($brand:String!$betId:String!){betRecord(brand:$brand betId:$betId){topic partition offset revision occurredAt arrivedAt arrivalByBroker}}" as Document<BetRecord, BetRecordVariables>;
export const ADJUST = "mutation Adjust($input:ProposeAdjustmentInput!){proposeAdjustment(input:$input){proposalId}}" as Document<Adjust, AdjustVariables>;
export const READ_GOODWILL = "query ReadGoodwill($customer:ID!){goodwillOffer(customer:$customer){isoWeek currency leftMinor refusal rewards{id rewardId kind valueMinor currency}causes{cause words}}}" as Document<ReadGoodwill, ReadGoodwillVariables>;
export const GIVE_GOODWILL = "mutation GiveGoodwill($input:ProposeGoodwillInput!){proposeGoodwill(input:$input){proposalId}}" as Document<GiveGoodwill, GiveGoodwillVariables>;
export const EXPORT = "mutation Export($input:CustomerReasonInput!){exportCustomer(input:$input){jobId}}" as Document<Export, ExportVariables>;
export const READ_EXPORT = "query ReadExport($jobId:ID!){customerExport(jobId:$jobId)}" as Document<ReadExport, ReadExportVariables>;
export const EXPORT_JOB = "query ExportJob($id:ID!){job(id:$id){status error}}" as Document<ExportJob, ExportJobVariables>;
export const ERASE = "mutation Erase($input:CustomerReasonInput!){proposeErasure(input:$input){proposalId}}" as Document<Erase, EraseVariables>;
export const PUT_HOLD = "mutation PutHold($input:CustomerReasonInput!){putLegalHold(input:$input){id}}" as Document<PutHold, PutHoldVariables>;
export const LIFT_HOLD = "mutation LiftHold($input:LiftLegalHoldInput!){liftLegalHold(input:$input){id}}" as Document<LiftHold, LiftHoldVariables>;
export const CUSTOMER_MONEY = "query CustomerMoney($customer:ID!){customerMoney(customer:$customer){atOperator accounts{id currency account credit availableMinor reservedMinor expiresAt}limits{kind currency amountMinor usedMinor minutes pendingMinor pendingCurrency pendingMinutes pendingFrom pendingUntil until product}}}" as Document<CustomerMoney, CustomerMoneyVariables>;
export const CUSTOMER_TRANSACTIONS = "query CustomerTransactions($customer:ID!$first:Int!$after:String){customerTransactions(customer:$customer first:$first after:$after){nodes{id at kind state currency amountMinor creditsMinor reference}endCursor hasNextPage}}" as Document<CustomerTransactions, CustomerTransactionsVariables>;