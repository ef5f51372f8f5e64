/** The type of all texts of the widget. Each language is an object of this type, so that none lacks a text. */
import type {
  Change,
  ClubState,
  ContributionReason,
  ErrorCode,
  FulfilmentStatus,
  IneligibleReason,
  UnavailableReason,
  WeekState,
} from '@furlong/client';
import type { Refusal } from '../locale/amounts';
import type { DateMessages } from '../locale/dates';

/** A text by grammatical number, as CLDR names them; `other` is always there. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** Names in braces are replaced: see `fill`. */
export interface Messages extends DateMessages {
  readonly club: string;
  readonly details: string;
  readonly newTab: string;
  /** Screens without a club. */
  readonly plain: Readonly<Record<'anonymous' | 'signed-out' | 'forbidden', string>>;

  /** A state in two or three words. */
  readonly states: Readonly<Record<ClubState, string>>;
  readonly stateUnknown: string;
  /** A state in a sentence: what it means for the customer. */
  readonly stories: Readonly<Record<Exclude<ClubState, 'INELIGIBLE'>, string>>;
  readonly keptAfterLeaving: string;
  /** What the reached target earns, and from when it is credited: `{title}`, `{moment}`. Two short lines. */
  readonly won: string;
  /** The sentence for each reason; null means that nothing of the club is shown. */
  readonly ineligible: Readonly<Record<IneligibleReason, string | null>>;

  /** `{staked}`, `{target}`. */
  readonly sums: string;
  readonly progress: string;
  /** `{staked}`, `{target}`, `{percent}`. */
  readonly progressValue: string;
  readonly betsCounted: Plural;
  /** `{staked}`, `{target}`. */
  readonly reached: string;
  readonly lowered: string;
  /** `{time}`. */
  readonly asOf: string;
  /** Names no reward: it is also shown to customers who must see none. */
  readonly clubUnreached: string;
  readonly unreached: Readonly<Record<'progress' | 'rewards' | 'state', string>>;

  /** `{day}`: its Monday. */
  readonly week: string;
  /** `{moment}`. */
  readonly weekEnds: string;
  /** `{names}` are those of sports, competitions and events, one of which is enough. */
  readonly onlyOn: string;
  /** Stands after the names of some, for those without a name. */
  readonly otherEvents: string;
  readonly weekNotes: Readonly<Record<Exclude<WeekState, 'OPEN'>, string>>;

  /** `{counted}`, `{after}`, `{target}`. */
  readonly adds: string;
  readonly addsInAll: string;
  readonly addsOnceJoined: string;
  /** Why a bet, or a slip, does not count: `{value}` is its own, `{least}` the least that counts. */
  readonly below: Readonly<Record<'odds' | 'stake' | 'slipOdds' | 'slipStake', string>>;
  readonly contributions: Readonly<Record<ContributionReason, string>>;
  /** Reasons in which a bet that is not placed yet takes another form than a placed one. */
  readonly slipReasons: Readonly<Partial<Record<ContributionReason, string>>>;

  readonly joining: string;
  readonly readTerms: string;
  readonly join: string;
  /** Opens the terms and the button that agrees to them. */
  readonly joinBrief: string;
  readonly leave: string;
  readonly leaveTitle: string;
  readonly leaveLosing: string;
  readonly leaveKeeping: string;
  readonly leaveFirmly: string;
  readonly stay: string;
  readonly clubTerms: string;

  readonly chooseReward: string;
  readonly rewards: string;
  readonly yourReward: string;
  readonly unlessChosen: string;
  readonly onceJoined: string;
  readonly markChosen: string;
  readonly markDefault: string;
  /** `{moment}`. */
  readonly locksAt: string;
  readonly locked: string;
  readonly withdrawn: string;
  readonly choose: string;
  /** `{title}`. */
  readonly chooseThis: string;
  readonly terms: string;
  readonly termsOf: string;
  readonly useWithin: Plural;
  readonly unavailable: Readonly<Record<UnavailableReason, string>>;
  readonly unavailableUnknown: string;

  /** `{at}`: when it was credited. */
  readonly fulfilment: Readonly<Record<FulfilmentStatus, string>>;
  /** `{moment}`. */
  readonly useBy: string;

  readonly recentBets: string;
  readonly noBets: string;
  readonly betsUnreached: string;
  /** `{stake}`, `{odds}`. */
  readonly betAt: string;
  readonly reference: string;
  readonly copy: string;
  readonly copied: string;
  /** `{counted}`. */
  readonly counted: string;
  readonly history: string;
  readonly noHistory: string;
  readonly historyUnreached: string;
  readonly loading: string;

  readonly done: Readonly<Record<Change['kind'], string>>;
  /** `{title}`. */
  readonly doneReward: string;
  readonly pendingJoin: string;
  readonly pendingLeave: string;
  readonly pendingChoice: string;
  /** `{title}`. */
  readonly pendingReward: string;
  readonly unknownOutcome: string;
  readonly tryAgain: string;
  readonly askAgain: string;
  readonly sending: string;
  /** Why a button is currently inactive. */
  readonly whyBusy: string;
  readonly whySending: string;
  readonly whyNoJoining: string;
  readonly errors: Readonly<Record<ErrorCode, string>>;

  /** `{example}`. */
  readonly amounts: Readonly<Record<Exclude<Refusal, 'decimals'>, string>>;
  /** For a currency with that many decimals. */
  readonly decimals: Plural;
  /** What a customer who has not joined may get: `{target}`, `{title}`. */
  readonly deal: string;
  /** Stands after the deal: `{counted}`. */
  readonly joinAdds: string;
  /** What a member gets at the target: `{target}`, `{title}`. */
  readonly rewardAt: string;
  /** `{time}`. */
  readonly offline: string;
}
