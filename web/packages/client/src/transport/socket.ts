/** One subscription over a WebSocket, using graphql-transport-ws. */
import { createClient, type Client, type SubscribePayload } from 'graphql-ws/client';

import type { GraphQLFault } from './ask.ts';
import { bodyOf, headersOf, withoutEmptyQuery } from './request.ts';
import { endingOfErrors, nameUnknownId } from './endings.ts';
import type { Route } from './route.ts';
import { updateOf, type UpdateExtensions } from './update.ts';
import type { ConnectLive, Ending, LiveListener } from '../live/live.ts';
import type { Operation } from '../operations/operation.ts';

/** The protocol's close codes for a session that is not accepted. */
const SESSION_CODES: ReadonlySet<number> = new Set([4401, 4403]);
/** Close codes of a server that speaks another protocol. */
const FOREIGN_CODES: ReadonlySet<number> = new Set([4400, 4406]);
const ACK_MS = 5_000;
/** The ping interval, shorter than the idle timeouts of proxies. */
const PING_MS = 25_000;
/** How long the answer to a ping may take: without one the network is gone, and says nothing of it. */
export const PONG_MS = 10_000;

/**
 * Returns a function that opens subscriptions over WebSockets.
 *
 * @param endpoint the address of queries, which accepts WebSockets as well
 * @param language the language of texts
 * @param route the way to the customer's cell
 */
export function overSocket(endpoint: string, language: string, route: Pick<Route, 'socketUrl'>): ConnectLive {
  let byId = true;
  return <Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    token: () => string | null,
    { opened, heard, update, ended }: LiveListener<Data>,
    after: string | null = null,
  ) => {
    let unanswered: ReturnType<typeof setTimeout> | undefined;
    const client: Client = createClient({
      url: () => route.socketUrl(endpoint),
      connectionParams: () => headersOf(token(), language),
      connectionAckWaitTimeout: ACK_MS,
      keepAlive: PING_MS,
      jsonMessageReplacer: withoutEmptyQuery,
      on: {
        connected: () => opened?.(),
        ping(isReceived) {
          if (!isReceived) unanswered = setTimeout(() => client.terminate(), PONG_MS);
        },
        message() {
          clearTimeout(unanswered);
          heard?.();
        },
        closed: () => clearTimeout(unanswered),
      },
      // The caller decides when to retry, because it also polls.
      retryAttempts: 0,
    });
    let over = false;
    let unsubscribe: () => void = () => undefined;
    function close(): void {
      over = true;
      // Otherwise a connection that is acknowledged only now would subscribe on the socket that is closing.
      unsubscribe();
      // A connection that has never opened reports its failure here once more.
      Promise.resolve(client.dispose()).catch(() => undefined);
    }

    function end(ending: Ending): void {
      if (over) return;
      close();
      ended(ending);
    }

    function subscribe(): void {
      const request: SubscribePayload = { query: '', ...bodyOf(operation, variables, byId, after) };
      unsubscribe = client.subscribe<Data, UpdateExtensions>(request, {
        next({ data, errors = [], extensions }) {
          if (over) return;
          if (data === null || data === undefined) end(endingOfErrors(errors));
          else update(updateOf(data, errors, extensions));
        },
        error(error) {
          if (!over && byId && isFaults(error) && nameUnknownId(error)) {
            byId = false;
            subscribe();
          } else end(endingOf(error));
        },
        complete: () => end('lost'),
      });
    }

    subscribe();
    return close;
  };
}

/** The GraphQL errors that refuse a subscription. */
function isFaults(error: unknown): error is readonly GraphQLFault[] {
  return Array.isArray(error);
}

function endingOf(error: unknown): Ending {
  if (isFaults(error)) return endingOfErrors(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code !== 'number') return 'lost';
  if (SESSION_CODES.has(code)) return 'session';
  return FOREIGN_CODES.has(code) ? 'unsupported' : 'lost';
}
