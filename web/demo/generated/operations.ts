/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/* Written by `npm run codegen`. */
import type { Operation } from '@furlong/client';
export type AcknowledgePromptInput = {
  readonly brand: string;
  readonly idempotencyKey: string;
  readonly prompt: LimitPrompt;
};

export type AddBankAccountInput = {
  readonly brand: string;
  /** Whose account it is, as the bank has the name. */
  readonly holder: string;
  /** With or without spaces. */
  readonly iban: string;
  readonly idempotencyKey: string;
};

export type BetLegInput = {
  readonly oddsMilli: number;
  readonly placeTerms?: PlaceTermsInput | null | undefined;
  readonly selectionId: string;
};

/** How a bet stands. PENDING: It is not known yet whether it is made. REFUSED: It never was; the customer has the stake. OPEN: It is made, and waits for results; again, if one was taken back. WON: It has returned something. LOST: It has returned nothing. VOID: It stands as if it had never been made. PARTLY_VOID: A part of it does, and it has returned something. */
export type BetStatus =
  | 'LOST'
  | 'OPEN'
  | 'PARTLY_VOID'
  | 'PENDING'
  | 'REFUSED'
  | 'VOID'
  | 'WON';

export type DeclineLimitInput = {
  readonly brand: string;
  readonly idempotencyKey: string;
};

export type DepositInput = {
  readonly amountMinor: number;
  readonly brand: string;
  readonly currency: string;
  readonly idempotencyKey: string;
  readonly methodId: string;
};

/** What a visitor plays on. */
export type Device =
  | 'DESKTOP'
  | 'MOBILE';

export type EventStatus =
  | 'CANCELLED'
  | 'FINISHED'
  | 'LIVE'
  | 'SCHEDULED'
  | 'SUSPENDED';

/** REVIEW: the credit failed or is in doubt, and a person decides. */
export type FulfilmentStatus =
  | 'CREDITED'
  | 'EXPIRED'
  | 'REVIEW'
  | 'SENT'
  | 'USED'
  | 'WAITING';

export type LaunchGameInput = {
  readonly brand: string;
  readonly demo?: boolean;
  readonly device?: Device | null | undefined;
  readonly gameId: string;
};

/** What became of a leg. WON: Its selection has won; of a bet each way, the place part as well. PLACED: It has not won, but came in one of the places that are paid. LOST: Neither. VOID: It stands as if it had never been bet on. DEAD_HEAT: It shares the first place. */
export type LegResult =
  | 'DEAD_HEAT'
  | 'LOST'
  | 'PLACED'
  | 'VOID'
  | 'WON';

/** What is limited, or how the customer has stopped. */
export type LimitKind =
  | 'BREAK'
  | 'DEPOSIT_DAY'
  | 'DEPOSIT_MONTH'
  | 'DEPOSIT_WEEK'
  | 'EXCLUSION'
  | 'LOSS_DAY'
  | 'SESSION_MINUTES'
  | 'STAKE_BET';

/** What a customer is asked or told. FIRST_DEPOSIT: set a deposit limit before you pay in; REVIEW: look at what you spent; NO_LIMIT: you have no limit, do you want one? */
export type LimitPrompt =
  | 'FIRST_DEPOSIT'
  | 'NO_LIMIT'
  | 'REVIEW';

export type MarketStatus =
  | 'CLOSED'
  | 'OPEN'
  | 'SETTLED'
  | 'SUSPENDED';

/** Why a bank or card declined the last attempt to pay. INSUFFICIENT_FUNDS: There isn't enough money in the account. EXPIRED_CARD: The card has expired. WRONG_SECURITY_CODE: The card's security code was wrong. NOT_CONFIRMED: The bank wanted the customer to confirm the payment, and that didn't happen. REFUSED: The bank doesn't say why; it can be asked. */
export type PaymentDecline =
  | 'EXPIRED_CARD'
  | 'INSUFFICIENT_FUNDS'
  | 'NOT_CONFIRMED'
  | 'REFUSED'
  | 'WRONG_SECURITY_CODE';

/** Which way money goes. */
export type PaymentDirection =
  | 'DEPOSIT'
  | 'WITHDRAWAL';

/** Why a method takes no more than its maximum. METHOD: It never takes more. PAID_IN: No more has come by it than can go back. OTHER_METHODS: The rest has come by other methods, and goes back by them first. */
export type PaymentMaximumReason =
  | 'METHOD'
  | 'OTHER_METHODS'
  | 'PAID_IN';

/** How a payment stands. ASKED: It is not known yet whether it may be: nothing has moved. REFUSED: It never was. OPEN: The customer has to pay, or the processor to say what became of it. REVIEW: A person has to decide. SENDING: The money is on its way. DONE: It has arrived. RETURNED: It had to go back to its source. FAILED: Nothing was paid, or what was sent has come back. */
export type PaymentState =
  | 'ASKED'
  | 'DONE'
  | 'FAILED'
  | 'OPEN'
  | 'REFUSED'
  | 'RETURNED'
  | 'REVIEW'
  | 'SENDING';

export type PlaceBetInput = {
  readonly acceptChanges?: PriceChanges;
  readonly brand: string;
  readonly currency: string;
  readonly eachWay?: boolean;
  readonly freeBetId?: string | null | undefined;
  readonly idempotencyKey: string;
  readonly legs: ReadonlyArray<BetLegInput>;
  readonly stakeMinor: number;
};

export type PlaceTermsInput = {
  readonly denominator: number;
  readonly numerator: number;
  readonly places: number;
};

/** Why a mutation did not do what was asked: each code has one cause. SUSPENDED: Betting on a selection is suspended or over, or all betting is interrupted. NOT_ALLOWED_HERE: The rules of where the customer is, or the brand, do not offer this there. WRONG_CURRENCY: The customer's account or limit is in another currency. NO_ACCOUNT: The customer has no account of money in this currency yet: the first deposit opens it. ACCOUNT_SUSPENDED: The customer's account is suspended or closed. TOO_MANY_SELECTIONS: A bet has fewer at most. RELATED_SELECTIONS: Two selections of a bet are of one event. NOT_EACH_WAY: A selection of a bet has no terms for places. */
export type PlatformErrorCode =
  | 'ACCOUNT_SUSPENDED'
  | 'CONFIRMATION_NEEDED'
  | 'COOLING_OFF'
  | 'DECLINED'
  | 'FORBIDDEN'
  | 'IDEMPOTENCY_REUSED'
  | 'INSUFFICIENT_FUNDS'
  | 'LIMIT_REACHED'
  | 'METHOD_UNAVAILABLE'
  | 'NOT_ALLOWED_HERE'
  | 'NOT_EACH_WAY'
  | 'NO_ACCOUNT'
  | 'PENDING'
  | 'PRICE_CHANGED'
  | 'RELATED_SELECTIONS'
  | 'SELF_EXCLUDED'
  | 'STAKE_TOO_HIGH'
  | 'STAKE_TOO_LOW'
  | 'SUSPENDED'
  | 'TOO_MANY_SELECTIONS'
  | 'UNAUTHENTICATED'
  | 'UNKNOWN_SELECTION'
  | 'UNVERIFIED'
  | 'WALLET_PENDING'
  | 'WRONG_CURRENCY';

/** Which prices a customer takes other than those that they saw. NONE: None. HIGHER: Higher ones. ANY: All. */
export type PriceChanges =
  | 'ANY'
  | 'HIGHER'
  | 'NONE';

export type Product =
  | 'BETTING'
  | 'BINGO'
  | 'CASINO'
  | 'POKER';

export type RemoveBankAccountInput = {
  readonly brand: string;
  readonly idempotencyKey: string;
  /** The way to withdraw to it, as `paymentMethods` says it. */
  readonly methodId: string;
};

export type SelectionStatus =
  | 'DEAD_HEAT'
  | 'LOST'
  | 'OPEN'
  | 'SUSPENDED'
  | 'VOID'
  | 'WITHDRAWN'
  | 'WON';

export type SelfExcludeInput = {
  readonly brand: string;
  readonly idempotencyKey: string;
  readonly months: number;
};

export type SetLimitInput = {
  /** For limits of money. Without amount and minutes, that the limit ends. */
  readonly amountMinor?: number | null | undefined;
  readonly brand: string;
  /** That of the account. */
  readonly currency: string;
  readonly idempotencyKey: string;
  readonly kind: LimitKind;
  /** For sessions. */
  readonly minutes?: number | null | undefined;
};

export type TakeBreakInput = {
  readonly brand: string;
  readonly idempotencyKey: string;
  /** What to take a break of; null for everything. */
  readonly product?: Product | null | undefined;
  readonly until: string;
};

/** Why money was moved. */
export type TransactionKind =
  | 'BONUS'
  | 'CORRECTION'
  | 'DEPOSIT'
  | 'FEE'
  | 'FREE_BET'
  | 'GAME_BET'
  | 'GAME_WIN'
  | 'REFUND'
  | 'RETURN'
  | 'ROLLBACK'
  | 'STAKE'
  | 'WITHDRAWAL';

/** How a transaction stands. PENDING: the money is reserved; POSTED: it has moved; VOIDED: it was given back, by whoever reserved it or because its time had passed; REVIEW: a person looks at it. */
export type TransactionState =
  | 'PENDING'
  | 'POSTED'
  | 'REVIEW'
  | 'VOIDED';

/** What a credit of the club is. */
export type WalletCreditKind =
  | 'BONUS'
  | 'FREE_BET';

export type WithdrawInput = {
  readonly amountMinor: number;
  readonly brand: string;
  readonly currency: string;
  readonly idempotencyKey: string;
  readonly methodId: string;
};

export type PlaceBetMutationVariables = Exact<{
  input: PlaceBetInput;
}>;


export type PlaceBetMutation = { readonly placeBet: { readonly bet: { readonly id: string, readonly placedAt: string, readonly eachWay: boolean, readonly isFreeBet: boolean, readonly status: BetStatus, readonly delayLeftMs: number | null, readonly stake: { readonly minor: number, readonly currency: string }, readonly returns: { readonly minor: number, readonly currency: string } | null, readonly potentialReturns: { readonly minor: number, readonly currency: string }, readonly legs: ReadonlyArray<{ readonly event: string, readonly market: string, readonly pick: string, readonly startsAt: string, readonly result: LegResult | null, readonly odds: { readonly milli: number, readonly display: string } }> } | null, readonly changed: ReadonlyArray<{ readonly id: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type BetsQueryVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type BetsQuery = { readonly bets: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly placedAt: string, readonly eachWay: boolean, readonly isFreeBet: boolean, readonly status: BetStatus, readonly delayLeftMs: number | null, readonly stake: { readonly minor: number, readonly currency: string }, readonly returns: { readonly minor: number, readonly currency: string } | null, readonly potentialReturns: { readonly minor: number, readonly currency: string }, readonly legs: ReadonlyArray<{ readonly event: string, readonly market: string, readonly pick: string, readonly startsAt: string, readonly result: LegResult | null, readonly odds: { readonly milli: number, readonly display: string } }> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type BetChangesSubscriptionVariables = Exact<{
  brand: string;
}>;


export type BetChangesSubscription = { readonly betUpdated: { readonly id: string, readonly placedAt: string, readonly eachWay: boolean, readonly isFreeBet: boolean, readonly status: BetStatus, readonly delayLeftMs: number | null, readonly stake: { readonly minor: number, readonly currency: string }, readonly returns: { readonly minor: number, readonly currency: string } | null, readonly potentialReturns: { readonly minor: number, readonly currency: string }, readonly legs: ReadonlyArray<{ readonly event: string, readonly market: string, readonly pick: string, readonly startsAt: string, readonly result: LegResult | null, readonly odds: { readonly milli: number, readonly display: string } }> } };

export type PlacedBetFragment = { readonly id: string, readonly placedAt: string, readonly eachWay: boolean, readonly isFreeBet: boolean, readonly status: BetStatus, readonly delayLeftMs: number | null, readonly stake: { readonly minor: number, readonly currency: string }, readonly returns: { readonly minor: number, readonly currency: string } | null, readonly potentialReturns: { readonly minor: number, readonly currency: string }, readonly legs: ReadonlyArray<{ readonly event: string, readonly market: string, readonly pick: string, readonly startsAt: string, readonly result: LegResult | null, readonly odds: { readonly milli: number, readonly display: string } }> };

export type SportsEventsQueryVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
  sport?: string | null | undefined;
  search?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  opened: string;
  hasOpened: boolean;
  picked: string;
  hasPicked: boolean;
}>;


export type SportsEventsQuery = { readonly sports: ReadonlyArray<{ readonly id: string, readonly name: string }> | null, readonly events: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null, readonly opened?: { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } } | null, readonly picked?: { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } } | null };

export type FurtherPicksQueryVariables = Exact<{
  brand: string;
  id1: string;
  id2: string;
  has2: boolean;
  id3: string;
  has3: boolean;
}>;


export type FurtherPicksQuery = { readonly event1: { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } } | null, readonly event2?: { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } } | null, readonly event3?: { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } } | null };

export type EventPricesSubscriptionVariables = Exact<{
  brand: string;
  ids: ReadonlyArray<string> | string;
  after?: string | null | undefined;
}>;


export type EventPricesSubscription = { readonly eventsUpdated: { readonly position: string, readonly image: boolean, readonly events: ReadonlyArray<{ readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }> }> } };

export type EventStateFragment = { readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null };

export type EventFactsFragment = { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } };

export type PickedEventFragment = { readonly name: string, readonly id: string, readonly startsAt: string, readonly status: EventStatus, readonly score: string | null, readonly markets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> }>, readonly sport: { readonly id: string, readonly name: string }, readonly competition: { readonly name: string } };

export type OfferedMarketFragment = { readonly id: string, readonly name: string, readonly status: MarketStatus, readonly placeTerms: { readonly places: number, readonly numerator: number, readonly denominator: number } | null, readonly selections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: SelectionStatus, readonly odds: { readonly milli: number, readonly display: string } | null }> };

export type LobbyQueryVariables = Exact<{
  brand: string;
  device: Device;
  games: number;
}>;


export type LobbyQuery = { readonly lobby: { readonly sections: ReadonlyArray<{ readonly id: string, readonly name: string, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string, readonly provider: string, readonly imageUrl: string | null, readonly tags: ReadonlyArray<string> }> }> } | null };

export type LaunchGameMutationVariables = Exact<{
  input: LaunchGameInput;
}>;


export type LaunchGameMutation = { readonly launchGame: { readonly url: string | null, readonly expiresAt: string | null, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type FreeSpinsQueryVariables = Exact<{
  brand: string;
  games: number;
}>;


export type FreeSpinsQuery = { readonly recentClubs: ReadonlyArray<{ readonly id: string, readonly choice: { readonly option: { readonly id: string, readonly spins: number | null, readonly gameGroup: { readonly id: string, readonly name: string | null, readonly games: ReadonlyArray<{ readonly id: string, readonly name: string, readonly provider: string, readonly imageUrl: string | null, readonly tags: ReadonlyArray<string> }> | null } | null } } | null, readonly fulfilment: { readonly status: FulfilmentStatus, readonly expiresAt: string | null } | null }> };

export type GameFragment = { readonly id: string, readonly name: string, readonly provider: string, readonly imageUrl: string | null, readonly tags: ReadonlyArray<string> };

export type MoneyQueryVariables = Exact<{
  brand: string;
}>;


export type MoneyQuery = { readonly wallet: { readonly id: string, readonly prompts: ReadonlyArray<LimitPrompt>, readonly canAddBankAccount: boolean, readonly balance: { readonly minor: number, readonly currency: string }, readonly withdrawable: { readonly minor: number, readonly currency: string } | null, readonly bonus: { readonly minor: number, readonly currency: string }, readonly credits: ReadonlyArray<{ readonly id: string, readonly kind: WalletCreditKind, readonly expiresAt: string | null, readonly product: Product | null, readonly isWhole: boolean, readonly amount: { readonly minor: number, readonly currency: string } }>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly payments: ReadonlyArray<{ readonly id: string, readonly at: string, readonly direction: PaymentDirection, readonly state: PaymentState, readonly code: PlatformErrorCode | null, readonly decline: PaymentDecline | null, readonly url: string | null, readonly amount: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly instructions: { readonly holder: string, readonly account: string, readonly reference: string } | null }> } | null };

export type MoneyHistoryQueryVariables = Exact<{
  brand: string;
  first: number;
  after?: string | null | undefined;
}>;


export type MoneyHistoryQuery = { readonly wallet: { readonly id: string, readonly transactions: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly at: string, readonly kind: TransactionKind, readonly state: TransactionState, readonly reference: string | null, readonly amount: { readonly minor: number, readonly currency: string }, readonly credits: { readonly minor: number, readonly currency: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type MoneyChangesSubscriptionVariables = Exact<{
  brand: string;
}>;


export type MoneyChangesSubscription = { readonly walletUpdated: { readonly id: string, readonly prompts: ReadonlyArray<LimitPrompt>, readonly canAddBankAccount: boolean, readonly balance: { readonly minor: number, readonly currency: string }, readonly withdrawable: { readonly minor: number, readonly currency: string } | null, readonly bonus: { readonly minor: number, readonly currency: string }, readonly credits: ReadonlyArray<{ readonly id: string, readonly kind: WalletCreditKind, readonly expiresAt: string | null, readonly product: Product | null, readonly isWhole: boolean, readonly amount: { readonly minor: number, readonly currency: string } }>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly payments: ReadonlyArray<{ readonly id: string, readonly at: string, readonly direction: PaymentDirection, readonly state: PaymentState, readonly code: PlatformErrorCode | null, readonly decline: PaymentDecline | null, readonly url: string | null, readonly amount: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly instructions: { readonly holder: string, readonly account: string, readonly reference: string } | null }> } };

export type SetLimitMutationVariables = Exact<{
  input: SetLimitInput;
}>;


export type SetLimitMutation = { readonly setLimit: { readonly prompts: ReadonlyArray<LimitPrompt>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type TakeBreakMutationVariables = Exact<{
  input: TakeBreakInput;
}>;


export type TakeBreakMutation = { readonly takeBreak: { readonly prompts: ReadonlyArray<LimitPrompt>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type SelfExcludeMutationVariables = Exact<{
  input: SelfExcludeInput;
}>;


export type SelfExcludeMutation = { readonly selfExclude: { readonly prompts: ReadonlyArray<LimitPrompt>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type DeclineLimitMutationVariables = Exact<{
  input: DeclineLimitInput;
}>;


export type DeclineLimitMutation = { readonly declineLimit: { readonly prompts: ReadonlyArray<LimitPrompt>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type AcknowledgePromptMutationVariables = Exact<{
  input: AcknowledgePromptInput;
}>;


export type AcknowledgePromptMutation = { readonly acknowledgePrompt: { readonly prompts: ReadonlyArray<LimitPrompt>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type WalletFragment = { readonly id: string, readonly prompts: ReadonlyArray<LimitPrompt>, readonly canAddBankAccount: boolean, readonly balance: { readonly minor: number, readonly currency: string }, readonly withdrawable: { readonly minor: number, readonly currency: string } | null, readonly bonus: { readonly minor: number, readonly currency: string }, readonly credits: ReadonlyArray<{ readonly id: string, readonly kind: WalletCreditKind, readonly expiresAt: string | null, readonly product: Product | null, readonly isWhole: boolean, readonly amount: { readonly minor: number, readonly currency: string } }>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly payments: ReadonlyArray<{ readonly id: string, readonly at: string, readonly direction: PaymentDirection, readonly state: PaymentState, readonly code: PlatformErrorCode | null, readonly decline: PaymentDecline | null, readonly url: string | null, readonly amount: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly instructions: { readonly holder: string, readonly account: string, readonly reference: string } | null }> };

export type LimitedFragment = { readonly prompts: ReadonlyArray<LimitPrompt>, readonly limits: ReadonlyArray<{ readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> };

export type LimitFragment = { readonly kind: LimitKind, readonly minutes: number | null, readonly usedMinutes: number | null, readonly pendingMinutes: number | null, readonly pendingFrom: string | null, readonly pendingUntil: string | null, readonly until: string | null, readonly product: Product | null, readonly amount: { readonly minor: number, readonly currency: string } | null, readonly used: { readonly minor: number, readonly currency: string } | null, readonly pending: { readonly minor: number, readonly currency: string } | null };

export type AmountFragment = { readonly minor: number, readonly currency: string };

export type PaymentMethodsQueryVariables = Exact<{
  brand: string;
}>;


export type PaymentMethodsQuery = { readonly deposit: ReadonlyArray<{ readonly id: string, readonly name: string, readonly direction: PaymentDirection, readonly maximumReason: PaymentMaximumReason, readonly feePermille: number, readonly workingDays: number, readonly minimum: { readonly minor: number, readonly currency: string }, readonly maximum: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly reviewedAbove: { readonly minor: number, readonly currency: string } | null }> | null, readonly withdraw: ReadonlyArray<{ readonly id: string, readonly name: string, readonly direction: PaymentDirection, readonly maximumReason: PaymentMaximumReason, readonly feePermille: number, readonly workingDays: number, readonly minimum: { readonly minor: number, readonly currency: string }, readonly maximum: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly reviewedAbove: { readonly minor: number, readonly currency: string } | null }> | null };

export type DepositMutationVariables = Exact<{
  input: DepositInput;
}>;


export type DepositMutation = { readonly deposit: { readonly payment: { readonly id: string, readonly at: string, readonly direction: PaymentDirection, readonly state: PaymentState, readonly code: PlatformErrorCode | null, readonly decline: PaymentDecline | null, readonly url: string | null, readonly amount: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly instructions: { readonly holder: string, readonly account: string, readonly reference: string } | null } | null, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type WithdrawMutationVariables = Exact<{
  input: WithdrawInput;
}>;


export type WithdrawMutation = { readonly withdraw: { readonly payment: { readonly id: string, readonly at: string, readonly direction: PaymentDirection, readonly state: PaymentState, readonly code: PlatformErrorCode | null, readonly decline: PaymentDecline | null, readonly url: string | null, readonly amount: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly instructions: { readonly holder: string, readonly account: string, readonly reference: string } | null } | null, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type AddBankAccountMutationVariables = Exact<{
  input: AddBankAccountInput;
}>;


export type AddBankAccountMutation = { readonly addBankAccount: { readonly methods: ReadonlyArray<{ readonly id: string, readonly name: string, readonly direction: PaymentDirection, readonly maximumReason: PaymentMaximumReason, readonly feePermille: number, readonly workingDays: number, readonly minimum: { readonly minor: number, readonly currency: string }, readonly maximum: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly reviewedAbove: { readonly minor: number, readonly currency: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type RemoveBankAccountMutationVariables = Exact<{
  input: RemoveBankAccountInput;
}>;


export type RemoveBankAccountMutation = { readonly removeBankAccount: { readonly methods: ReadonlyArray<{ readonly id: string, readonly name: string, readonly direction: PaymentDirection, readonly maximumReason: PaymentMaximumReason, readonly feePermille: number, readonly workingDays: number, readonly minimum: { readonly minor: number, readonly currency: string }, readonly maximum: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly reviewedAbove: { readonly minor: number, readonly currency: string } | null }>, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> } };

export type PaidFragment = { readonly payment: { readonly id: string, readonly at: string, readonly direction: PaymentDirection, readonly state: PaymentState, readonly code: PlatformErrorCode | null, readonly decline: PaymentDecline | null, readonly url: string | null, readonly amount: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly instructions: { readonly holder: string, readonly account: string, readonly reference: string } | null } | null, readonly errors: ReadonlyArray<{ readonly code: PlatformErrorCode }> };

export type PaymentFragment = { readonly id: string, readonly at: string, readonly direction: PaymentDirection, readonly state: PaymentState, readonly code: PlatformErrorCode | null, readonly decline: PaymentDecline | null, readonly url: string | null, readonly amount: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly instructions: { readonly holder: string, readonly account: string, readonly reference: string } | null };

export type MethodFragment = { readonly id: string, readonly name: string, readonly direction: PaymentDirection, readonly maximumReason: PaymentMaximumReason, readonly feePermille: number, readonly workingDays: number, readonly minimum: { readonly minor: number, readonly currency: string }, readonly maximum: { readonly minor: number, readonly currency: string }, readonly fee: { readonly minor: number, readonly currency: string } | null, readonly reviewedAbove: { readonly minor: number, readonly currency: string } | null };


export const PlaceBet: Operation<PlaceBetMutation, PlaceBetMutationVariables> = {
  name: 'PlaceBet',
  kind: 'mutation',
  id: 'sha256:5234b6f6d9d3d4e5e86396381e0c22e29060f8047a3d31a8c08a3c4c3515929d',
  text: "mutation PlaceBet($input:PlaceBetInput!){placeBet(input:$input){bet{...PlacedBet}changed{id status odds{milli display}}errors{code}}}fragment PlacedBet on Bet{id placedAt stake{minor currency}eachWay isFreeBet status delayLeftMs returns{minor currency}potentialReturns{minor currency}legs{event market pick startsAt odds{milli display}result}}",
};

export const Bets: Operation<BetsQuery, BetsQueryVariables> = {
  name: 'Bets',
  kind: 'query',
  id: 'sha256:6da0efa92cfcc21b53afa075cbd3bf297302edb118796ecbb02aca409d7e018b',
  text: "query Bets($brand:ID!$first:Int!$after:String){bets(brand:$brand first:$first after:$after){nodes{...PlacedBet}pageInfo{hasNextPage endCursor}}}fragment PlacedBet on Bet{id placedAt stake{minor currency}eachWay isFreeBet status delayLeftMs returns{minor currency}potentialReturns{minor currency}legs{event market pick startsAt odds{milli display}result}}",
};

export const BetChanges: Operation<BetChangesSubscription, BetChangesSubscriptionVariables> = {
  name: 'BetChanges',
  kind: 'subscription',
  id: 'sha256:f3db0e6e9c6ef7d145e31d03e2d19051a84ad0400422652d866ecc774f8ee841',
  text: "subscription BetChanges($brand:ID!){betUpdated(brand:$brand){...PlacedBet}}fragment PlacedBet on Bet{id placedAt stake{minor currency}eachWay isFreeBet status delayLeftMs returns{minor currency}potentialReturns{minor currency}legs{event market pick startsAt odds{milli display}result}}",
};

export const SportsEvents: Operation<SportsEventsQuery, SportsEventsQueryVariables> = {
  name: 'SportsEvents',
  kind: 'query',
  id: 'sha256:b12a5a4b08b6f17c9400d76c5a3750075b7158a769ac04172942fd40819379a7',
  text: "query SportsEvents($brand:ID!$first:Int!$after:String$sport:ID$search:String$from:DateTime$to:DateTime$opened:ID!$hasOpened:Boolean!$picked:ID!$hasPicked:Boolean!){sports(brand:$brand){id name}events(brand:$brand first:$first after:$after sport:$sport search:$search from:$from to:$to){nodes{...EventFacts markets(first:1){...OfferedMarket}}pageInfo{hasNextPage endCursor}}opened:event(brand:$brand id:$opened)@include(if:$hasOpened){...EventFacts markets(first:18){...OfferedMarket}}picked:event(brand:$brand id:$picked)@include(if:$hasPicked){...EventFacts markets(first:18){...OfferedMarket}}}fragment EventFacts on Event{...EventState name sport{id name}competition{name}}fragment EventState on Event{id startsAt status score}fragment OfferedMarket on Market{id name status placeTerms{places numerator denominator}selections{id name status odds{milli display}}}",
};

export const FurtherPicks: Operation<FurtherPicksQuery, FurtherPicksQueryVariables> = {
  name: 'FurtherPicks',
  kind: 'query',
  id: 'sha256:49ec16f9cc00fbdd6ff633cc2f5c5a45f7b7beb8d53c61c7b4f65aea615ad7e1',
  text: "query FurtherPicks($brand:ID!$id1:ID!$id2:ID!$has2:Boolean!$id3:ID!$has3:Boolean!){event1:event(brand:$brand id:$id1){...PickedEvent}event2:event(brand:$brand id:$id2)@include(if:$has2){...PickedEvent}event3:event(brand:$brand id:$id3)@include(if:$has3){...PickedEvent}}fragment PickedEvent on Event{...EventFacts markets(first:18){...OfferedMarket}}fragment EventFacts on Event{...EventState name sport{id name}competition{name}}fragment EventState on Event{id startsAt status score}fragment OfferedMarket on Market{id name status placeTerms{places numerator denominator}selections{id name status odds{milli display}}}",
};

export const EventPrices: Operation<EventPricesSubscription, EventPricesSubscriptionVariables> = {
  name: 'EventPrices',
  kind: 'subscription',
  id: 'sha256:e0f5c2c57620fb6b63814b0cab3224e197fd90ed68af403e19d5a12c249d3bde',
  text: "subscription EventPrices($brand:ID!$ids:[ID!]!$after:String){eventsUpdated(brand:$brand ids:$ids after:$after){position image events{...EventState markets(first:18){...OfferedMarket}}}}fragment EventState on Event{id startsAt status score}fragment OfferedMarket on Market{id name status placeTerms{places numerator denominator}selections{id name status odds{milli display}}}",
};

export const Lobby: Operation<LobbyQuery, LobbyQueryVariables> = {
  name: 'Lobby',
  kind: 'query',
  id: 'sha256:444e6982edb6e5f442425600a3b9b140f94a2bedda390563706fb925c9f0bcb7',
  text: "query Lobby($brand:ID!$device:Device!$games:Int!){lobby(brand:$brand device:$device){sections{id name games(first:$games){...Game}}}}fragment Game on Game{id name provider imageUrl tags}",
};

export const LaunchGame: Operation<LaunchGameMutation, LaunchGameMutationVariables> = {
  name: 'LaunchGame',
  kind: 'mutation',
  id: 'sha256:4cddc977f7bc43dcd012d4b71da3de457060fb3ff8f4f96b98c629f2d36a978e',
  text: "mutation LaunchGame($input:LaunchGameInput!){launchGame(input:$input){url expiresAt errors{code}}}",
};

export const FreeSpins: Operation<FreeSpinsQuery, FreeSpinsQueryVariables> = {
  name: 'FreeSpins',
  kind: 'query',
  id: 'sha256:777a2f4708179fbede0deac066ff1b009f1e75855a3df6578d2331874844a0b5',
  text: "query FreeSpins($brand:ID!$games:Int!){recentClubs(brand:$brand){id choice{option{id spins gameGroup{id name games(first:$games){...Game}}}}fulfilment{status expiresAt}}}fragment Game on Game{id name provider imageUrl tags}",
};

export const Money: Operation<MoneyQuery, MoneyQueryVariables> = {
  name: 'Money',
  kind: 'query',
  id: 'sha256:4f20448d350372ba78a33cdb0afe8f27f6f1618a9e8993fb07ad11d0e34474a5',
  text: "query Money($brand:ID!){wallet(brand:$brand){...Wallet}}fragment Wallet on Wallet{id balance{...Amount}withdrawable{...Amount}bonus{...Amount}credits{id kind amount{...Amount}expiresAt product isWhole}limits{...Limit}prompts payments{...Payment}canAddBankAccount}fragment Amount on Money{minor currency}fragment Limit on Limit{kind amount{...Amount}used{...Amount}minutes usedMinutes pending{...Amount}pendingMinutes pendingFrom pendingUntil until product}fragment Payment on Payment{id at direction amount{...Amount}fee{...Amount}state code decline url instructions{holder account reference}}",
};

export const MoneyHistory: Operation<MoneyHistoryQuery, MoneyHistoryQueryVariables> = {
  name: 'MoneyHistory',
  kind: 'query',
  id: 'sha256:d271b049ac0c3377d1cbaad8dbc77f7b6d25f10000ad52dbcdd8c15207b99a8a',
  text: "query MoneyHistory($brand:ID!$first:Int!$after:String){wallet(brand:$brand){id transactions(first:$first after:$after){nodes{id at kind amount{...Amount}credits{...Amount}state reference}pageInfo{hasNextPage endCursor}}}}fragment Amount on Money{minor currency}",
};

export const MoneyChanges: Operation<MoneyChangesSubscription, MoneyChangesSubscriptionVariables> = {
  name: 'MoneyChanges',
  kind: 'subscription',
  id: 'sha256:c3a1828a866fc2908693ce5b2ac4ee52191aab054225949ce6aed875558668a3',
  text: "subscription MoneyChanges($brand:ID!){walletUpdated(brand:$brand){...Wallet}}fragment Wallet on Wallet{id balance{...Amount}withdrawable{...Amount}bonus{...Amount}credits{id kind amount{...Amount}expiresAt product isWhole}limits{...Limit}prompts payments{...Payment}canAddBankAccount}fragment Amount on Money{minor currency}fragment Limit on Limit{kind amount{...Amount}used{...Amount}minutes usedMinutes pending{...Amount}pendingMinutes pendingFrom pendingUntil until product}fragment Payment on Payment{id at direction amount{...Amount}fee{...Amount}state code decline url instructions{holder account reference}}",
};

export const SetLimit: Operation<SetLimitMutation, SetLimitMutationVariables> = {
  name: 'SetLimit',
  kind: 'mutation',
  id: 'sha256:364bfdfd954a44cd8792e903ded3006b94806dab8a7f4cdb608276e88b7f96c6',
  text: "mutation SetLimit($input:SetLimitInput!){setLimit(input:$input){...Limited}}fragment Limited on LimitPayload{limits{...Limit}prompts errors{code}}fragment Limit on Limit{kind amount{...Amount}used{...Amount}minutes usedMinutes pending{...Amount}pendingMinutes pendingFrom pendingUntil until product}fragment Amount on Money{minor currency}",
};

export const TakeBreak: Operation<TakeBreakMutation, TakeBreakMutationVariables> = {
  name: 'TakeBreak',
  kind: 'mutation',
  id: 'sha256:a3b30f1c703c7416d9375d7ceddeb80df03cbcff89e830fdaa76af6eb71991cf',
  text: "mutation TakeBreak($input:TakeBreakInput!){takeBreak(input:$input){...Limited}}fragment Limited on LimitPayload{limits{...Limit}prompts errors{code}}fragment Limit on Limit{kind amount{...Amount}used{...Amount}minutes usedMinutes pending{...Amount}pendingMinutes pendingFrom pendingUntil until product}fragment Amount on Money{minor currency}",
};

export const SelfExclude: Operation<SelfExcludeMutation, SelfExcludeMutationVariables> = {
  name: 'SelfExclude',
  kind: 'mutation',
  id: 'sha256:e5d7e2e8025fcbba3ce9dd3719d8d52d75905fc6db8c479b7d4fee69e5fb3f42',
  text: "mutation SelfExclude($input:SelfExcludeInput!){selfExclude(input:$input){...Limited}}fragment Limited on LimitPayload{limits{...Limit}prompts errors{code}}fragment Limit on Limit{kind amount{...Amount}used{...Amount}minutes usedMinutes pending{...Amount}pendingMinutes pendingFrom pendingUntil until product}fragment Amount on Money{minor currency}",
};

export const DeclineLimit: Operation<DeclineLimitMutation, DeclineLimitMutationVariables> = {
  name: 'DeclineLimit',
  kind: 'mutation',
  id: 'sha256:4c8c0fc31c00e0fc1f0afb216640633c02d812d68092d769520666c3ba893859',
  text: "mutation DeclineLimit($input:DeclineLimitInput!){declineLimit(input:$input){...Limited}}fragment Limited on LimitPayload{limits{...Limit}prompts errors{code}}fragment Limit on Limit{kind amount{...Amount}used{...Amount}minutes usedMinutes pending{...Amount}pendingMinutes pendingFrom pendingUntil until product}fragment Amount on Money{minor currency}",
};

export const AcknowledgePrompt: Operation<AcknowledgePromptMutation, AcknowledgePromptMutationVariables> = {
  name: 'AcknowledgePrompt',
  kind: 'mutation',
  id: 'sha256:bd5d6fe5ad5f53bf324fa0d63b598b9a8caebce8c92466b0ce574b6108150139',
  text: "mutation AcknowledgePrompt($input:AcknowledgePromptInput!){acknowledgePrompt(input:$input){...Limited}}fragment Limited on LimitPayload{limits{...Limit}prompts errors{code}}fragment Limit on Limit{kind amount{...Amount}used{...Amount}minutes usedMinutes pending{...Amount}pendingMinutes pendingFrom pendingUntil until product}fragment Amount on Money{minor currency}",
};

export const PaymentMethods: Operation<PaymentMethodsQuery, PaymentMethodsQueryVariables> = {
  name: 'PaymentMethods',
  kind: 'query',
  id: 'sha256:6c12232a1917b0acf55c76746602a98afd490c4a8ff5a871007e3a0f97914982',
  text: "query PaymentMethods($brand:ID!){deposit:paymentMethods(brand:$brand direction:DEPOSIT){...Method}withdraw:paymentMethods(brand:$brand direction:WITHDRAWAL){...Method}}fragment Method on PaymentMethod{id name direction minimum{...Amount}maximum{...Amount}maximumReason fee{...Amount}feePermille workingDays reviewedAbove{...Amount}}fragment Amount on Money{minor currency}",
};

export const Deposit: Operation<DepositMutation, DepositMutationVariables> = {
  name: 'Deposit',
  kind: 'mutation',
  id: 'sha256:dfda2159dac81e6a598b1aca9f3057056dfa2e78e2c6f80ee640ec1a6941611a',
  text: "mutation Deposit($input:DepositInput!){deposit(input:$input){...Paid}}fragment Paid on PaymentPayload{payment{...Payment}errors{code}}fragment Payment on Payment{id at direction amount{...Amount}fee{...Amount}state code decline url instructions{holder account reference}}fragment Amount on Money{minor currency}",
};

export const Withdraw: Operation<WithdrawMutation, WithdrawMutationVariables> = {
  name: 'Withdraw',
  kind: 'mutation',
  id: 'sha256:dd59b65705f63a26b2d404932d7e2dc79e274a4c36943f2ae5ed489e024fe9cb',
  text: "mutation Withdraw($input:WithdrawInput!){withdraw(input:$input){...Paid}}fragment Paid on PaymentPayload{payment{...Payment}errors{code}}fragment Payment on Payment{id at direction amount{...Amount}fee{...Amount}state code decline url instructions{holder account reference}}fragment Amount on Money{minor currency}",
};

export const AddBankAccount: Operation<AddBankAccountMutation, AddBankAccountMutationVariables> = {
  name: 'AddBankAccount',
  kind: 'mutation',
  id: 'sha256:2a7c655d2411fdd6d75db259e8752f34ac15dcf81612953dbe07add4386410c2',
  text: "mutation AddBankAccount($input:AddBankAccountInput!){addBankAccount(input:$input){methods{...Method}errors{code}}}fragment Method on PaymentMethod{id name direction minimum{...Amount}maximum{...Amount}maximumReason fee{...Amount}feePermille workingDays reviewedAbove{...Amount}}fragment Amount on Money{minor currency}",
};

export const RemoveBankAccount: Operation<RemoveBankAccountMutation, RemoveBankAccountMutationVariables> = {
  name: 'RemoveBankAccount',
  kind: 'mutation',
  id: 'sha256:45e4106dcb23504dc6d1f3bf45192a295ed5864f7dd9a3eaa945f7a9c552ced0',
  text: "mutation RemoveBankAccount($input:RemoveBankAccountInput!){removeBankAccount(input:$input){methods{...Method}errors{code}}}fragment Method on PaymentMethod{id name direction minimum{...Amount}maximum{...Amount}maximumReason fee{...Amount}feePermille workingDays reviewedAbove{...Amount}}fragment Amount on Money{minor currency}",
};