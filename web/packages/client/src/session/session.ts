/** Sessions: the signed-in customer, and the claims of the customer's token. */

export interface Session {
  readonly brand: string;
  /** Null for an anonymous visitor. */
  readonly token: string | null;
  readonly customer: string | null;
}

/**
 * The session of a pasted token; null if it names no customer and brand.
 *
 * It only determines the brand; the server verifies the token.
 */
export function sessionOfToken(pasted: string): Session | null {
  const token = pasted.trim().replace(/^Bearer\s+/iu, '');
  const claims = claimsOfToken(token);
  const { brand, sub } = claims;
  return typeof brand === 'string' && typeof sub === 'string' ? { brand, token, customer: sub } : null;
}

/** The unverified claims of a token; empty if the text is not a token. */
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
