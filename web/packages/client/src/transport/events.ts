/** One subscription by server-sent events (GraphQL over SSE), for networks that block WebSockets. */
import { createClient, NetworkError, type RequestParams } from 'graphql-sse';

import type { GraphQLFault } from './ask.ts';
import { bodyOf, headersOf } from './request.ts';
import { updateOf, type UpdateExtensions } from './update.ts';
import { endingOfErrors, nameUnknownId } from './endings.ts';
import type { ConnectLive, Ending, LiveListener } from '../live/live.ts';
import type { Operation } from '../operations/operation.ts';

/** How long a stream may be silent before it counts as lost: the gateway sends a comment every 25 s. */
export const SILENT_MS = 60_000;

/** Returns a function that opens subscriptions by server-sent events; see `overSocket`. */
export function overEvents(endpoint: string, language: string): ConnectLive {
  let byId = true;
  return <Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    token: () => string | null,
    { heard, update, ended }: LiveListener<Data>,
    after: string | null = null,
  ) => {
    const silence = new AbortController();
    const client = createClient({
      url: endpoint,
      headers: () => headersOf(token(), language),
      fetchFn: (url: string, init: RequestInit) => fetchHeard(url, init, silence, () => heard?.()),
      // The caller decides when to retry, because it also polls.
      retryAttempts: 0,
    });
    let over = false;
    function end(ending: Ending): void {
      if (over) return;
      over = true;
      client.dispose();
      ended(ending);
    }

    function subscribe(): void {
      // The client sends what it is given; with the id there is no text.
      const request = bodyOf(operation, variables, byId, after) as RequestParams;
      let refused = false;
      client.subscribe<Data, UpdateExtensions>(request, {
        next({ data, errors = [], extensions }) {
          if (over) return;
          // The client's type has optional properties that may be undefined; JSON has none.
          const faults = errors as readonly unknown[] as readonly GraphQLFault[];
          if (data !== null && data !== undefined) update(updateOf(data, faults, extensions));
          else if (byId && nameUnknownId(faults)) refused = true;
          else end(endingOfErrors(faults));
        },
        error: (error) => end(endingOf(error)),
        complete() {
          if (over || !refused) {
            end('lost');
            return;
          }
          byId = false;
          subscribe();
        },
      });
    }

    silence.signal.addEventListener('abort', () => end('lost'));
    subscribe();
    return () => {
      over = true;
      client.dispose();
    };
  };
}

function endingOf(error: unknown): Ending {
  const status = error instanceof NetworkError ? (error.response as Response | undefined)?.status : undefined;
  return status === 401 ? 'session' : 'lost';
}

/** Fetches a stream; aborts `silence` when nothing has arrived for a while, as after a lost network. */
async function fetchHeard(url: string, init: RequestInit, silence: AbortController, heard: () => void): Promise<Response> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENT_MS);
  };
  init.signal?.addEventListener('abort', () => clearTimeout(timer));
  listen();
  try {
    const response = await fetch(url, init);
    if (response.body === null) return response;
    const chunks = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        listen();
        heard();
        controller.enqueue(chunk);
      },
      flush: () => clearTimeout(timer),
    });
    const { status, headers } = response;
    return new Response(response.body.pipeThrough(chunks), { status, headers });
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }
}
