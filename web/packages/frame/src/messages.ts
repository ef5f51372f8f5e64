/** The messages between a frame and the page around it, and the checks of their senders. */
import { claimsOfToken, type Session, type TokenReason } from '@furlong/client';
import type { ClubStatus, Slip } from '@furlong/club';

/** The frame's configuration from the server: its brand, and the origins of the brand's sites. */
export interface Embedding {
  readonly brand: string;
  readonly origins: readonly string[];
}

/** Messages from the frame. */
export type FrameMessage =
  | { readonly type: 'furlong:ready' }
  | { readonly type: 'furlong:signed-in' }
  | { readonly type: 'furlong:session-needed'; readonly reason: TokenReason }
  | { readonly type: 'furlong:refused'; readonly reason: 'token' }
  | { readonly type: 'furlong:state'; readonly status: ClubStatus }
  /** In CSS pixels. */
  | { readonly type: 'furlong:height'; readonly height: number }
  /** The customer has asked for what is at this height of the frame, in CSS pixels. */
  | { readonly type: 'furlong:show'; readonly top: number }
  /** A bet was refused for want of money. */
  | { readonly type: 'furlong:deposit-needed' }
  /** The customer asks for a part of their account, which the page around the frame has. */
  | { readonly type: 'furlong:money-asked'; readonly part: AccountPart }
  /** A bet was placed, or a game was left. */
  | { readonly type: 'furlong:money-moved' };

export type AccountPart = 'balance' | 'limits' | 'breaks';

/** Where the window of the page is in the frame, in CSS pixels from the frame's top. */
export interface View {
  readonly top: number;
  readonly height: number;
}

/** Messages to the frame, accepted only from a trusted sender. */
export type PageMessage =
  | { readonly kind: 'session'; readonly session: Session; readonly lastsMs: number }
  | { readonly kind: 'sign-out' }
  /** Asks whether the frame is ready. */
  | { readonly kind: 'hello' }
  | { readonly kind: 'bet-placed' }
  | { readonly kind: 'money-moved' }
  | { readonly kind: 'slip'; readonly slip: Slip | null }
  | { readonly kind: 'view'; readonly view: View }
  | { readonly kind: 'refused' };

/** The part of a MessageEvent that identifies its sender. */
export interface Received {
  readonly origin: string;
  readonly source: unknown;
  readonly data: unknown;
}

/** The content of the page's `furlong-embed`; null if it has none. */
export function readEmbedding(content: string): Embedding | null {
  try {
    const told: unknown = JSON.parse(content);
    if (typeof told !== 'object' || told === null || !('brand' in told) || !('origins' in told)) return null;
    const { brand, origins } = told;
    if (typeof brand !== 'string' || !Array.isArray(origins)) return null;
    return { brand, origins: origins.filter((each): each is string => typeof each === 'string') };
  } catch {
    // The page was opened without a server that knows brands.
    return null;
  }
}

/**
 * The request in a message; null unless it comes from the page around the frame, at an origin of the brand.
 *
 * A token must have been issued for this brand and for that page's origin, because each site of a brand gets its
 * own tokens. The server verifies the token; this check only rejects tokens meant for other sites.
 *
 * @param spoken the origin of earlier messages, after which no other origin is accepted
 */
export function readMessage(
  { origin, source, data }: Received,
  { brand, origins }: Embedding,
  parent: unknown,
  spoken: string | null,
): PageMessage | null {
  if (source !== parent || !isAmong(origin, origins) || (spoken !== null && spoken !== origin)) return null;
  if (typeof data !== 'object' || data === null || !('type' in data)) return null;
  if (data.type === 'furlong:sign-out') return { kind: 'sign-out' };
  if (data.type === 'furlong:hello') return { kind: 'hello' };
  if (data.type === 'furlong:bet-placed') return { kind: 'bet-placed' };
  if (data.type === 'furlong:money-moved') return { kind: 'money-moved' };
  if (data.type === 'furlong:slip') return readSlip('slip' in data ? data.slip : undefined);
  if (data.type === 'furlong:view') return readView(data);
  if (data.type !== 'furlong:session') return null;
  const token = 'token' in data && typeof data.token === 'string' ? data.token : '';
  const claims = claimsOfToken(token);
  const { sub, iat, exp } = claims;
  if (claims['brand'] !== brand || claims['origin'] !== origin || typeof sub !== 'string') return { kind: 'refused' };
  if (typeof iat !== 'number' || typeof exp !== 'number') return { kind: 'refused' };
  // Use the token's duration instead of its expiry, because the visitor's clock may be wrong.
  return { kind: 'session', session: { brand, token, customer: sub }, lastsMs: (exp - iat) * 1000 };
}

/** `http://localhost:*` stands for any port of this machine. */
export function isAmong(origin: string, origins: readonly string[]): boolean {
  return origins.some((each) => each === origin || (each.endsWith(':*') && /^\d+$/u.test(afterHost(origin, each))));
}

function afterHost(origin: string, anyPort: string): string {
  const host = anyPort.slice(0, -1);
  return origin.startsWith(host) ? origin.slice(host.length) : '';
}

/** Null if the value is not a slip; the page may use another version. */
function readSlip(slip: unknown): PageMessage | null {
  if (slip === null) return { kind: 'slip', slip };
  if (typeof slip !== 'object') return null;
  const { stakeMinor, currency, oddsMilli, legs = [] } = slip as Partial<Record<string, unknown>>;
  if (!Array.isArray(legs) || !legs.every(isLeg)) return null;
  const hasOdds = isCount(oddsMilli) || (oddsMilli === undefined && legs.length > 0);
  const isSlip = isCount(stakeMinor) && hasOdds && typeof currency === 'string';
  return isSlip ? { kind: 'slip', slip: slip as Slip } : null;
}

function readView(data: object): PageMessage | null {
  const { top, height } = data as Partial<Record<string, unknown>>;
  return Number.isFinite(top) && isCount(height) ? { kind: 'view', view: { top: Number(top), height } } : null;
}

function isLeg(leg: unknown): boolean {
  if (typeof leg !== 'object' || leg === null) return false;
  const { selectionId, oddsMilli } = leg as Partial<Record<string, unknown>>;
  return typeof selectionId === 'string' && isCount(oddsMilli);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
