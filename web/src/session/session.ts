/** Sessions: of the demo's customers, or from a pasted token. */

export interface Session {
  readonly brand: string;
  /** Null for an anonymous visitor. */
  readonly token: string | null;
  readonly customer: string | null;
}

export interface DemoCustomer {
  readonly id: string;
  readonly brand: string;
  readonly token: string;
  readonly note: string;
}

/** The response of `GET /demo/session`. */
export interface Demo {
  readonly brand: string;
  readonly customers: readonly DemoCustomer[];
}

/** The demo's customers; null if this is no demo. */
export async function fetchDemo(fetcher: typeof fetch): Promise<Demo | null> {
  try {
    const response = await fetcher('/demo/session', { headers: { Accept: 'application/json' } });
    const body: unknown = response.ok ? await response.json() : null;
    return isDemo(body) ? body : null;
  } catch {
    // A demo that does not answer is treated as none: a token can be pasted instead.
    return null;
  }
}

function isDemo(body: unknown): body is Demo {
  return (
    typeof body === 'object' &&
    body !== null &&
    'brand' in body &&
    typeof body.brand === 'string' &&
    'customers' in body &&
    Array.isArray(body.customers)
  );
}

/**
 * The session of a pasted token; null if it names no customer and brand.
 *
 * This is only used to know the brand; the server verifies the token.
 */
export function sessionOfToken(pasted: string): Session | null {
  const token = pasted.trim().replace(/^Bearer\s+/iu, '');
  const claims = claimsOfToken(token);
  const { brand, sub } = claims;
  return typeof brand === 'string' && typeof sub === 'string' ? { brand, token, customer: sub } : null;
}

/** What a token says, unverified; nothing if it is no token. */
export function claimsOfToken(token: string): Record<string, unknown> {
  const parts = token.split('.');
  if (parts.length !== 3) return {};
  try {
    const base64 = (parts[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    // Not base64, or not JSON: not a token.
    return {};
  }
}

export function sessionOfCustomer({ brand, token, id }: DemoCustomer): Session {
  return { brand, token, customer: id };
}
