/** The type of the texts about deposits and withdrawals. */
import type { Locale } from '@furlong/club';

import type { PaymentDecline, PlatformErrorCode } from '../../../generated/operations';
import type { Direction, Outside, Review, Standing } from '../payments';

type Plural = Parameters<Locale['count']>[0];
type Each = Readonly<Record<Direction, string>>;

/** A state in a word or two, and in a sentence. */
export interface StandingWords {
  readonly name: string;
  readonly text: string;
}

/** Names in braces are replaced: see `fill` of the widget. */
export interface PaymentWords {
  /** The buttons that open the forms, and the titles of these. */
  readonly open: Each;
  /** The deed with its amount: `{amount}`. */
  readonly deed: Each;
  readonly method: Each;
  readonly bounds: string;
  /** `{least}`, `{most}`. */
  readonly boundsOf: string;
  readonly fee: string;
  readonly noFee: string;
  /** `{fee}`: an amount, a share, or both. */
  readonly feeOf: string;
  readonly arrives: Each;
  readonly takes: string;
  readonly atOnce: string;
  /** `{n}` working days. */
  readonly within: Plural;
  /** `{least}`, `{most}`: what the method takes; `{there}`: what can be withdrawn; `{left}`: what limits leave. */
  readonly outside: Readonly<Record<Outside, string>>;
  /** What deposit limits leave: `{left}`, `{moment}`. */
  readonly room: string;
  readonly roomUntil: string;
  /** Where a deposit is paid. */
  readonly elsewhere: string;
  /** `{amount}`: above which a person looks first, in all of 24 hours. */
  readonly review: Readonly<Record<Review, string>>;
  readonly cannotUndo: string;
  readonly noWay: Each;
  readonly stopped: string;
  readonly unreached: string;
  readonly leaving: string;

  /** A request without an answer: `{amount}`. */
  readonly unanswered: Each;
  readonly askAgain: string;

  readonly addAccount: string;
  readonly holder: string;
  readonly holderHelp: string;
  readonly iban: string;
  readonly add: string;
  /** `{name}`. */
  readonly added: string;
  readonly known: string;
  readonly enterHolder: string;
  readonly enterIban: string;
  readonly wrongIban: string;
  readonly tooMany: string;
  /** The account is the house's. */
  readonly ours: string;
  readonly remove: string;

  readonly list: string;
  readonly standings: Readonly<Record<Standing, StandingWords>>;
  readonly declines: Readonly<Record<PaymentDecline, string>>;
  readonly continue: string;
  /** `{fee}`. */
  readonly ofFee: string;
  readonly transfer: { readonly holder: string; readonly account: string; readonly reference: string };
  readonly copy: string;
  /** `{what}`, for those who hear the button alone. */
  readonly copyThis: string;
  readonly copied: string;

  /** Refusals that mean something else here than for limits and bets. */
  readonly refused: Readonly<Partial<Record<PlatformErrorCode, string>>> & { readonly INVALID: string };

  /** States of the history that mean something else of a payment. */
  readonly history: Readonly<Record<Direction, { readonly PENDING: string; readonly VOIDED: string }>>;
  /** What is taken because a deposit went back. */
  readonly paidBack: string;
}
