/** The rewards club as a custom element, `<furlong-club>`. */

/** Why a token is requested: there is none yet, it expires within a minute, or the server refuses it. */
export type TokenReason = 'start' | 'expiring' | 'refused';

/** Returns a session token of the signed-in customer, or null if nobody is signed in. */
export type GetToken = (reason: TokenReason) => Promise<string | null> | string | null;

/** `auto` follows the page's `color-scheme`. */
export type Theme = 'auto' | 'light' | 'dark';

/** A selection on the bet-slip. */
export interface SlipLeg {
  /** As the graph gives it: `northbet:…`. */
  readonly selectionId: string;
  /** Decimal odds in thousandths: 2500 for 2.5. */
  readonly oddsMilli: number;
}

/** The contents of the bet-slip, from which the club previews what the bet would add. */
export interface Slip {
  /** In minor units: 500 for £5.00. */
  readonly stakeMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Decimal odds in thousandths: 2500 for 2.5. May be left out with `legs`. */
  readonly oddsMilli?: number;
  readonly betType?: 'SINGLE' | 'MULTIPLE' | 'SYSTEM';
  readonly product?: 'BETTING' | 'CASINO' | 'BINGO' | 'POKER';
  readonly freeBet?: boolean;
  /** At most 30 selections of sports events, which decide on odds, type and product, and on whether their events count. */
  readonly legs?: readonly SlipLeg[];
}

/** The state that the club shows. */
export type ClubStatus =
  /** Nothing is known yet, or the server cannot be reached. */
  | { readonly kind: 'nothing' }
  /** Nobody is signed in. */
  | { readonly kind: 'anonymous' }
  /** The session is no longer accepted, and there is no other. */
  | { readonly kind: 'signed-out' }
  /** The session belongs to another brand. */
  | { readonly kind: 'forbidden' }
  | {
      readonly kind: 'club';
      /** A `ClubState` of the schema; new states may be added. Null if it cannot be told at the moment. */
      readonly state: string | null;
      readonly optedIn: boolean;
      /** 0 to 100; null for an ineligible customer. */
      readonly percent: number | null;
      /** Whether the shown state may be outdated, because the newest read is late or has failed. */
      readonly stale: boolean;
    };

export interface TokenNeeded {
  readonly reason: TokenReason;
  /** Gives the token, or a promise of it; null if nobody is signed in. */
  readonly respond: (token: Promise<string | null> | string | null) => void;
}

export interface FurlongClubEventMap {
  /** The shown state has changed. */
  'furlong:state': CustomEvent<ClubStatus>;
  /** A token is needed, and there is no `getToken`. */
  'furlong:token-needed': CustomEvent<TokenNeeded>;
}

export declare class FurlongClubElement extends HTMLElement {
  // Undefined and null take what was set away again, so that the default holds.
  /** The brand whose club is shown: the attribute `brand`. */
  get brand(): string;
  set brand(value: string | null | undefined);
  /** The graph's URL; by default at the script's origin. */
  get endpoint(): string;
  set endpoint(value: string | null | undefined);
  /** A language such as `de` or `en-GB`; by default the page's language, or else the visitor's. */
  get locale(): string;
  set locale(value: string | null | undefined);
  get theme(): Theme;
  set theme(value: Theme | null | undefined);
  /** Called for the signed-in customer's token at the start, before a token expires, and after a refusal. */
  get getToken(): GetToken | null;
  set getToken(value: GetToken | null | undefined);
  get slip(): Slip | null;
  set slip(value: Slip | null | undefined);
  /** Tells the club that a bet was placed, so that it is shown soon. */
  betPlaced(): void;
  /** Requests a token again, because a customer has signed in or out. */
  refreshSession(): void;
  addEventListener<Type extends keyof FurlongClubEventMap>(
    type: Type,
    listener: (this: FurlongClubElement, event: FurlongClubEventMap[Type]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'furlong-club': FurlongClubElement;
  }
}
