/** The body of a request: the id of the document, or its text for gateways without the manifest. */
import type { Operation } from '../operations/operation.ts';

export interface Body {
  readonly query?: string;
  readonly operationName?: string;
  readonly documentId?: string;
  readonly variables: Record<string, unknown>;
}

export function bodyOf<Data, Variables>({ id, name, text }: Operation<Data, Variables>, variables: Variables, byId: boolean): Body {
  const sent = { variables: variables as Record<string, unknown> };
  return byId && id !== null ? { documentId: id, ...sent } : { query: text, operationName: name, ...sent };
}

/** Leaves out the empty text of a request by id, which the client of WebSockets requires. */
export function withoutEmptyQuery(key: string, value: unknown): unknown {
  return key === 'query' && value === '' ? undefined : value;
}
