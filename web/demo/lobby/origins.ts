/** From where games may be framed and pictured: the site's server says so, and its policy holds the page to it. */

const WEB = /^https?:$/u;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where the site's server lists the origins of games. */
export const ORIGINS_AT = '/game-origins';

/** Reads the list; nothing if the server has none. */
export async function fetchOrigins(fetcher: typeof fetch, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const response = await fetcher(ORIGINS_AT, { headers: { Accept: 'application/json' }, signal });
    const body: unknown = response.ok ? await response.json() : null;
    if (typeof body !== 'object' || body === null || !('origins' in body) || !Array.isArray(body.origins)) return [];
    return body.origins.filter((origin): origin is string => typeof origin === 'string' && isSafeOrigin(origin));
  } catch {
    // Without a list, no game is framed.
    return [];
  }
}

/** Whether an origin is written plainly, and reached over TLS or on this machine. */
export function isSafeOrigin(origin: string): boolean {
  const url = parsed(origin);
  return url !== null && url.origin === origin && isReachedSafely(url);
}

/**
 * Whether an address may be framed: of an origin of the list, and never the page's own, which a sandbox would not hold.
 *
 * @param own the page's origin
 */
export function isGame(address: string, origins: readonly string[], own: string): boolean {
  const url = parsed(address);
  return url !== null && url.origin !== own && isListed(url, origins);
}

/** Whether a picture may be shown: of an origin of the list, or of the site itself. */
export function isPicture(address: string, origins: readonly string[], own: string): boolean {
  const url = parsed(address, own);
  return url !== null && (isListed(url, origins) || (url.origin === own && WEB.test(url.protocol)));
}

function isListed(url: URL, origins: readonly string[]): boolean {
  return url.username === '' && url.password === '' && isReachedSafely(url) && origins.includes(url.origin);
}

/** An address of a `blob:` has an origin, too. */
function isReachedSafely({ protocol, hostname }: URL): boolean {
  return !hostname.includes('*') && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname)));
}

function parsed(address: string, base?: string): URL | null {
  return URL.canParse(address, base) ? new URL(address, base) : null;
}
