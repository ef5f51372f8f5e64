/** Sends operations with urql: by the id of a trusted document, or by its text if the gateway has no manifest. */
import type { CombinedError, Operation as Sent, OperationResult } from '@urql/core';
import { makeFetchOptions, makeFetchSource, type FetchBody } from '@urql/core/internal';
import { subscribe } from 'wonka';

import { UNKNOWN_ID, Unreached, type Answer, type Ask, type GraphQLFault } from './ask.ts';
import { bodyOf } from './request.ts';
import type { Operation } from '../operations/operation.ts';

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

/**
 * Returns an `Ask` that sends to `url` with the given `fetch`.
 *
 * @param language the language of titles and terms (BCP 47); without it, the browser's languages decide
 */
export function askOver(fetcher: typeof fetch, url = '/graphql', language: string | null = null): Ask {
  let byId = true;
  return async <Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    { token, signal }: Parameters<Ask>[2],
  ) => {
    // Of a plain object, urql would also send what the page has added to all objects.
    const headers = new Headers({
      accept: ACCEPT,
      ...(language === null ? {} : { 'accept-language': language }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    });
    const send = () => execute<Data, Variables>(operation, variables, byId, { url, fetcher, headers, signal });
    const wasById = byId && operation.id !== null;
    const result = await send();
    if (!wasById || !isUnknownId(result)) return answerOf<Data>(result);
    byId = false;
    return answerOf<Data>(await send());
  };
}

interface Sending {
  readonly url: string;
  readonly fetcher: typeof fetch;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
}

/** Resolves with urql's result, including failures. Rejects with the signal's reason if it is aborted. */
function execute<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  byId: boolean,
  { url, fetcher, headers, signal }: Sending,
): Promise<OperationResult<Data>> {
  // Its client would parse documents and share results: these are whole, and each customer gets an answer of their own.
  const sent = { kind: operation.kind, context: { url, fetch: fetcher, fetchOptions: { headers } } } as Sent;
  // The type requires members that a body may lack.
  const options = makeFetchOptions(sent, bodyOf(operation, variables, byId) as FetchBody);
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abandon = () => {
      subscription.unsubscribe();
      reject(signal?.reason as Error);
    };
    const subscription = subscribe((result: OperationResult<Data>) => {
      signal?.removeEventListener('abort', abandon);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else resolve(result);
    })(makeFetchSource(sent, url, options));
    signal?.addEventListener('abort', abandon, { once: true });
  });
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
