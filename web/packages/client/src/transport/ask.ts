/** The interface for sending one operation to the graph, and its kinds of failures. */
import type { Operation } from '../operations/operation.ts';

export interface GraphQLFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/** The response: its data may be partial, with a fault at the path of each missing part. */
export interface Answer<Data> {
  readonly data: Data | null;
  readonly faults: readonly GraphQLFault[];
  /** Of a subscription: where it stands after this response, if its subgraph says so. */
  readonly position?: string;
}

/** There was no usable response, because of the network, the server, or the session (401). */
export class Unreached extends Error {
  override readonly name = 'Unreached';
  /** HTTP status; 0 if there was no response at all. */
  readonly status: number;
  /** The wait that the server requests before the next try; null if it requests none. */
  readonly retryAfterMs: number | null;

  /** The code of the first GraphQL error; null without one. */
  readonly code: string | null;

  constructor(
    message: string,
    status: number,
    cause?: unknown,
    retryAfterMs: number | null = null,
    code: string | null = null,
  ) {
    super(message, { cause });
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.code = code;
  }

  /** Whether the same request may succeed in a moment; a wrong cell (421, 425) has executed nothing. */
  get passing(): boolean {
    return [0, 421, 425, 429].includes(this.status) || this.status >= 500;
  }
}

export interface AskOptions {
  readonly token: string | null;
  readonly signal?: AbortSignal;
}

/** Sends one operation. Throws `Unreached`, or the signal's reason if it is aborted. */
export type Ask = <Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  options: AskOptions,
) => Promise<Answer<Data>>;

/** The gateway's codes for an unknown document id: it has no manifest, another one, or no support for ids. */
export const UNKNOWN_ID: ReadonlySet<unknown> = new Set([
  'PERSISTED_DOCUMENT_NOT_FOUND',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);
