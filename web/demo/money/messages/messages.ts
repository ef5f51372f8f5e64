/** The type of the texts about a customer's money. Each language is an object of this type, so that none lacks a text. */
import type { Locale } from '@furlong/club';

import type { LimitPrompt, Product } from '../../generated/operations';
import type { ErrorCode, SettableKind } from '../change';
import type { EntryKind, EntryState } from '../history/history';
import type { Effect } from '../limits/limits';
import type { PaymentWords } from '../payments/messages/messages';

type Plural = Parameters<Locale['count']>[0];

/** Names in braces are replaced: see `fill` of the widget. */
export interface MoneyWords {
  readonly title: string;
  readonly close: string;
  readonly parts: Readonly<Record<'history' | 'limits' | 'breaks', string>>;
  readonly cash: string;
  readonly withdrawable: string;
  readonly withdrawableHelp: string;
  readonly bonus: string;
  readonly bonusHelp: string;
  /** Beside cash in the page's head: `{amount}`. */
  readonly bonusBeside: string;
  readonly loading: string;
  readonly unreached: string;
  readonly stale: string;
  readonly signedOut: string;
  readonly none: string;
  /** Below the balance, where the betting site keeps the money. */
  readonly elsewhere: string;
  readonly retry: string;

  readonly history: string;
  /** In whose zone times are. */
  readonly zone: string;
  readonly noHistory: string;
  readonly historyUnreached: string;
  readonly more: string;
  readonly kinds: Readonly<Record<EntryKind, string>>;
  readonly states: Readonly<Record<EntryState, string>>;
  /** `{amount}`: the part of an entry that is not cash. */
  readonly ofBonus: string;

  readonly depositLimits: string;
  readonly depositHelp: string;
  readonly playLimits: string;
  readonly howLimitsChange: string;
  readonly limits: Readonly<Record<SettableKind, string>>;
  /** What each limit does. */
  readonly limitHelp: Readonly<Record<SettableKind, string>>;
  readonly noLimit: string;
  /** `{used}`, `{limit}`. */
  readonly used: string;
  /** `{moment}`: when a frame ends and the next begins. */
  readonly frameEnds: string;
  /** `{n}`. */
  readonly minutes: Plural;
  readonly hours: Plural;
  readonly days: Plural;
  readonly weeks: Plural;
  readonly months: Plural;
  readonly years: Plural;
  /** `{limit}`: the kind of limit, for those who hear the button alone. */
  readonly set: string;
  readonly setThis: string;
  readonly change: string;
  readonly changeThis: string;
  readonly amount: string;
  readonly minutesLabel: string;
  /** What pressing the button does: `{value}`, `{present}`. */
  readonly effects: Readonly<Record<Effect, string>>;
  readonly effectOfRemoving: string;
  readonly enterAmount: string;
  readonly enterMinutes: string;
  readonly setTo: string;
  readonly askFor: string;
  readonly remove: string;
  readonly cancel: string;
  /** A raise that waits: `{value}`, `{moment}`, `{present}`. */
  readonly raiseWaits: string;
  readonly removalWaits: string;
  readonly raiseDue: string;
  readonly removalDue: string;
  readonly lapses: string;
  readonly confirm: string;
  readonly confirmRemoval: string;
  readonly keep: string;
  /** Why a raise cannot be confirmed: `{moment}`. */
  readonly notYet: string;

  readonly breakTitle: string;
  readonly breakHelp: string;
  readonly howLong: string;
  readonly chooseLength: string;
  readonly untilDay: string;
  readonly day: string;
  readonly chooseDay: string;
  readonly ofWhat: string;
  readonly everything: string;
  readonly products: Readonly<Record<Product, string>>;
  /** `{moment}`. */
  readonly breakEnds: string;
  /** `{product}`, `{moment}`. */
  readonly productBreakEnds: string;
  readonly cannotShorten: string;
  readonly takeBreak: string;
  readonly excludeTitle: string;
  readonly excludeHelp: string;
  readonly excludeNext: string;
  /** The second step: `{length}`, `{moment}`. */
  readonly excludeQuestion: string;
  readonly stops: string;
  readonly stays: string;
  readonly cannotUndo: string;
  readonly excludeFirmly: string;
  readonly goBack: string;
  /** `{moment}`. */
  readonly onBreak: string;
  readonly onProductBreak: string;
  readonly excluded: string;
  /** `{day}`: midnight at the end of that day. */
  readonly endOfDay: string;

  readonly prompts: Readonly<Record<LimitPrompt, { readonly title: string; readonly text: string }>>;
  readonly setLimit: string;
  readonly wantNone: string;
  readonly seeHistory: string;
  readonly reviewed: string;

  readonly reminder: string;
  /** `{time}`. */
  readonly reminderText: string;
  readonly goOn: string;
  readonly seeMoney: string;

  readonly sending: string;
  readonly done: Readonly<Record<'limit' | 'raise' | 'removed' | 'kept' | 'confirmed' | 'break' | 'exclude', string>>;
  readonly unknownOutcome: string;
  readonly tryAgain: string;
  readonly refused: Readonly<Record<ErrorCode, string>>;
  /** Of a break or an exclusion that the rules do not allow. */
  readonly breakRefused: string;
  readonly excludeRefused: string;

  readonly payments: PaymentWords;
}
