/** What is sent to subscribe: the id of the document, or its text for gateways without the manifest, and a position. */
import type { Operation } from '../operations/operation.ts';

export interface SubscriptionRequest {
  readonly query: string;
  readonly operationName?: string;
  readonly documentId?: string;
  readonly variables: Record<string, unknown>;
  readonly extensions?: { readonly position: string };
}

/** The variable by which an operation itself takes the position behind which it continues. */
const TAKES_AFTER = /\$after\s*:/u;

/**
 * Returns the request of a subscription.
 *
 * @param after the position behind which it continues; null to begin with the present state
 */
export function subscriptionRequest<Data, Variables>(
  { id, name, text }: Operation<Data, Variables>,
  variables: Variables,
  byId: boolean,
  after: string | null = null,
): SubscriptionRequest {
  const named = byId && id !== null ? { query: '', documentId: id } : { query: text, operationName: name };
  const given = variables as Record<string, unknown>;
  if (after === null) return { ...named, variables: given };
  if (TAKES_AFTER.test(text)) return { ...named, variables: { ...given, after } };
  return { ...named, variables: given, extensions: { position: after } };
}

/** The headers of a visitor, who has a token only if somebody has signed in. */
export function headersOf(token: string | null, language: string): Record<string, string> {
  return { ...(token === null ? {} : { authorization: `Bearer ${token}` }), 'accept-language': language };
}

/** Leaves out the empty text of a request by id, which the clients require. */
export function withoutEmptyQuery(key: string, value: unknown): unknown {
  return key === 'query' && value === '' ? undefined : value;
}
