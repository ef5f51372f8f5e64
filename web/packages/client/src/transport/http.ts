/** Sends operations with urql: by the id of a trusted document, or by its text if the gateway has no manifest. */
import {
  createClient,
  createRequest,
  fetchExchange,
  makeOperation,
  type AnyVariables,
  type Client,
  type CombinedError,
  type DocumentInput,
  type OperationContext,
  type OperationResult,
} from '@urql/core';

import { UNKNOWN_ID, Unreached, type Answer, type Ask, type GraphQLFault } from './ask.ts';
import type { Operation } from '../operations/operation.ts';

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

/**
 * Returns an `Ask` that sends to `url` with the given `fetch`.
 *
 * @param language the language of titles and terms (BCP 47); without it, the browser's languages decide
 */
export function askOver(fetcher: typeof fetch, url = '/graphql', language: string | null = null): Ask {
  const client = createClient({ url, preferGetMethod: false, exchanges: [fetchExchange] });
  let byId = true;
  // A unique key per request, so that an equal request of another session never gets its response.
  let key = 0;
  return async <Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    { token, signal }: Parameters<Ask>[2],
  ) => {
    const send = (asText: boolean) => execute(client, operation, variables, { url, fetcher, language, asText, key: (key += 1), token, signal });
    const asText = !byId || operation.id === null;
    const result = await send(asText);
    if (asText || !isUnknownId(result)) return answerOf<Data>(result);
    byId = false;
    return answerOf<Data>(await send(true));
  };
}

interface Sending {
  readonly url: string;
  readonly fetcher: typeof fetch;
  readonly language: string | null;
  readonly asText: boolean;
  readonly key: number;
  readonly token: string | null;
  readonly signal: AbortSignal | undefined;
}

/** Resolves with urql's result, including failures. Rejects with the signal's reason if it is aborted. */
function execute<Data, Variables>(
  client: Client,
  operation: Operation<Data, Variables>,
  variables: Variables,
  { url, fetcher, language, asText, key, token, signal }: Sending,
): Promise<OperationResult<Data>> {
  const document = asText || operation.id === null ? operation.text : documentOfId<Data>(operation.id);
  const request = { ...createRequest<Data>(document, variables as AnyVariables), key };
  // Of a plain object, urql would also send what the page has added to all objects.
  const headers = new Headers({
    accept: ACCEPT,
    ...(language === null ? {} : { 'accept-language': language }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  });
  const context: OperationContext = { url, fetch: fetcher, fetchOptions: { headers }, requestPolicy: 'network-only' };
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    // `client.query` would refuse requests without a text outside production.
    const source = client.executeRequestOperation(makeOperation(operation.kind, request, context));
    const abandon = () => {
      subscription.unsubscribe();
      reject(signal?.reason as Error);
    };
    const subscription = source.subscribe((result: OperationResult<Data>) => {
      signal?.removeEventListener('abort', abandon);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else resolve(result);
    });
    signal?.addEventListener('abort', abandon, { once: true });
  });
}

/** A document that urql sends as a `documentId`, without a text. */
function documentOfId<Data>(documentId: string): DocumentInput<Data, AnyVariables> {
  return { kind: 'Document', documentId, definitions: [] } as unknown as DocumentInput<Data, AnyVariables>;
}

function isUnknownId({ error }: OperationResult): boolean {
  return error?.graphQLErrors.some(({ extensions }) => UNKNOWN_ID.has(extensions['code'])) ?? false;
}

function answerOf<Data>({ data, error }: OperationResult<Data>): Answer<Data> {
  const response = error?.response as Response | undefined;
  if (error?.networkError !== undefined) throw unreached(error, response);
  if ((data ?? null) === null && response?.ok === false) throw unreached(error, response);
  return { data: data ?? null, faults: (error?.graphQLErrors ?? []).map(faultOf) };
}

function faultOf({ message, path, extensions }: CombinedError['graphQLErrors'][number]): GraphQLFault {
  const code = extensions['code'];
  return {
    message,
    ...(path === undefined ? {} : { path }),
    ...(typeof code === 'string' ? { extensions: { code } } : {}),
  };
}

function unreached(error: CombinedError | undefined, response: Response | undefined): Unreached {
  const status = response?.status ?? 0;
  const text = status === 0 ? 'no response' : `refused with ${status}`;
  const code = error?.graphQLErrors[0]?.extensions['code'];
  const wait = retryAfterMs(response?.headers.get('retry-after') ?? null);
  return new Unreached(text, status, error, wait, typeof code === 'string' ? code : null);
}

/** `Retry-After` in seconds; a date would have to be compared with the visitor's clock, which may be wrong. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,5}$/u.test(header.trim()) ? Number(header) * 1000 : null;
}
