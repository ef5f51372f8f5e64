/** What is sent: the id of the document, or its text for gateways without the manifest, and a subscription's position. */
import type { Operation } from '../operations/operation.ts';

export interface Body {
  readonly query?: string;
  readonly operationName?: string;
  readonly documentId?: string;
  readonly variables: Record<string, unknown>;
  readonly extensions?: { readonly position: string };
}

/** The variable by which an operation itself takes the position behind which it continues. */
const TAKES_AFTER = /\$after\s*:/u;

/**
 * Returns the body of a request.
 *
 * @param after the position behind which a subscription continues; null to begin with the present state
 */
export function bodyOf<Data, Variables>(
  { id, name, text }: Operation<Data, Variables>,
  variables: Variables,
  byId: boolean,
  after: string | null = null,
): Body {
  const named = byId && id !== null ? { documentId: id } : { query: text, operationName: name };
  const given = variables as Record<string, unknown>;
  if (after === null) return { ...named, variables: given };
  if (TAKES_AFTER.test(text)) return { ...named, variables: { ...given, after } };
  return { ...named, variables: given, extensions: { position: after } };
}

/** The headers of a visitor, who has a token only if somebody has signed in. */
export function headersOf(token: string | null, language: string): Record<string, string> {
  return { ...(token === null ? {} : { authorization: `Bearer ${token}` }), 'accept-language': language };
}

/** Leaves out the empty text of a request by id, which the client of WebSockets requires. */
export function withoutEmptyQuery(key: string, value: unknown): unknown {
  return key === 'query' && value === '' ? undefined : value;
}
