/** What a frame and the page around it tell each other, and whom each believes. */
import { claimsOfToken, type Session } from '../session/session';

/** What the server tells the frame: its brand, and the origins of the brand's sites. */
export interface Embedding {
  readonly brand: string;
  readonly origins: readonly string[];
}

/** From the frame. */
export type FrameMessage =
  | { readonly type: 'furlong:ready' }
  | { readonly type: 'furlong:signed-in' }
  | { readonly type: 'furlong:session-needed' }
  | { readonly type: 'furlong:refused'; readonly reason: 'token' };

/** To the frame, if it is believed. */
export type PageMessage =
  | { readonly kind: 'session'; readonly session: Session; readonly lastsMs: number }
  | { readonly kind: 'sign-out' }
  | { readonly kind: 'refused' };

/** The part of a MessageEvent that decides whether it is believed. */
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
 * What a message asks for; null if it does not come from the page around the frame, at an origin of the brand.
 *
 * A token must have been issued for this brand and for the origin of that page: another site of the same brand
 * gets one of its own. The server verifies the token; here it only must not be somebody else's.
 *
 * @param spoken the origin that has spoken before, which no other may follow
 */
export function readMessage(
  { origin, source, data }: Received,
  { brand, origins }: Embedding,
  parent: unknown,
  spoken: string | null,
): PageMessage | null {
  if (source !== parent || !origins.includes(origin) || (spoken !== null && spoken !== origin)) return null;
  if (typeof data !== 'object' || data === null || !('type' in data)) return null;
  if (data.type === 'furlong:sign-out') return { kind: 'sign-out' };
  if (data.type !== 'furlong:session') return null;
  const token = 'token' in data && typeof data.token === 'string' ? data.token : '';
  const claims = claimsOfToken(token);
  const { sub, iat, exp } = claims;
  if (claims['brand'] !== brand || claims['origin'] !== origin || typeof sub !== 'string') return { kind: 'refused' };
  if (typeof iat !== 'number' || typeof exp !== 'number') return { kind: 'refused' };
  // By how long the token lasts and not by when it ends: the visitor's clock may be wrong.
  return { kind: 'session', session: { brand, token, customer: sub }, lastsMs: (exp - iat) * 1000 };
}
