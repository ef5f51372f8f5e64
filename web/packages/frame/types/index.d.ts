/** The page around a frame of the rewards club, of sports or of the lobby: sessions, height and events by `postMessage`. */

export type TokenReason = 'start' | 'expiring' | 'refused';

/** A part of the customer's account, which the page around the frames has. */
export type AccountPart = 'balance' | 'limits' | 'breaks';

export interface ClubFrameOptions {
  /** Returns a session of the signed-in customer for this page's origin, or null if nobody is signed in. */
  readonly getToken: (reason: TokenReason) => Promise<string | null> | string | null;
  /** The shown state has changed; the same objects as `furlong:state` of `@furlong/element`. */
  readonly onState?: (status: { readonly kind: string; readonly [name: string]: unknown }) => void;
  /** The frame refuses a token: it is for another brand or another origin. */
  readonly onRefused?: () => void;
  /** Sports: a bet was refused for want of money; the page may open its cashier. */
  readonly onDepositNeeded?: () => void;
  /** The customer asks for a part of their account. */
  readonly onMoneyAsked?: (part: AccountPart) => void;
  /** Sports and lobby: a bet was placed, or a game was left, so that the balance may be another. */
  readonly onMoneyMoved?: () => void;
  /** Whether the frame's height follows its contents; true by default. */
  readonly resize?: boolean;
}

export interface ClubFrame {
  /** Tells the club that a bet was placed, so that it is shown soon. */
  betPlaced(): void;
  /** Tells sports or the lobby that the balance may be another, as after a deposit or in another frame. */
  moneyMoved(): void;
  /** The contents of the bet-slip; null if it is empty. The same object as `slip` of `@furlong/element`. */
  setSlip(slip: object | null): void;
  /** Requests a token again, because a customer has signed in or out. */
  refreshSession(): void;
  /** Stops exchanging messages with the frame. */
  disconnect(): void;
}

/**
 * Serves a frame of the club, of sports or of the lobby.
 *
 * @throws TypeError the frame has no address
 */
export declare function connectFrame(frame: HTMLIFrameElement, options: ClubFrameOptions): ClubFrame;
