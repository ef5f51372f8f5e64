/** One GraphQL request over HTTP, with its kinds of failures distinguished. */
import type { Operation } from './operations';

export interface GraphQLFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/** The response: its data may be partial, with a fault at the path of each missing part. */
export interface Answer<Data> {
  readonly data: Data | null;
  readonly faults: readonly GraphQLFault[];
}

/** There was no usable response, because of the network, the server, or the session (401). */
export class Unreached extends Error {
  override readonly name = 'Unreached';
  /** HTTP status; 0 if there was no response at all. */
  readonly status: number;

  constructor(message: string, status: number, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }

  /** Whether the same request may succeed in a moment. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
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

/** Returns an `Ask` that sends to `url` with the given `fetch`. */
export function askOver(fetcher: typeof fetch, url = '/graphql'): Ask {
  return async (operation, variables, { token, signal }) => {
    const response = await send(fetcher, url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json, application/json;q=0.9',
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({
        query: operation.text,
        operationName: operation.name,
        variables,
      }),
      ...(signal === undefined ? {} : { signal }),
    });
    return await readAnswer(response, signal);
  };
}

async function send(fetcher: typeof fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetcher(url, init);
  } catch (error) {
    init.signal?.throwIfAborted();
    throw new Unreached('no response', 0, error);
  }
}

async function readAnswer<Data>(response: Response, signal?: AbortSignal): Promise<Answer<Data>> {
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unreached('not a GraphQL response', response.status, error);
  }
  const data = isRecord(body) ? (body['data'] as Data | null | undefined) : undefined;
  const faults = isRecord(body) && Array.isArray(body['errors']) ? (body['errors'] as GraphQLFault[]) : [];
  const answered = data !== undefined || faults.length > 0;
  if (!answered || (!response.ok && (data ?? null) === null)) {
    throw new Unreached(`refused with ${response.status}`, response.status);
  }
  return { data: data ?? null, faults };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
