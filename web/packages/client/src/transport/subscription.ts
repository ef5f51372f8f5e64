/** Subscriptions over the best transport that the network allows: WebSocket, else server-sent events. */
import { overEvents } from './events.ts';
import { createRoute, type Route } from './route.ts';
import { overSocket } from './socket.ts';
import type { ConnectLive, Ending, LiveListener } from '../live/live.ts';
import type { Operation } from '../operations/operation.ts';

/** How long a transport may take to open before the next one is tried: a network may swallow what it blocks. */
export const OPEN_MS = 10_000;
/** Endings that another transport would bring as well. */
const SAID_BY_SERVER: ReadonlySet<Ending> = new Set(['session', 'position']);

/**
 * Returns a function that opens subscriptions; if no transport works, the caller polls.
 *
 * A transport that never worked gives way to the next one at once. One that worked before is tried first, and alone:
 * while a server restarts, its clients must not try everything.
 *
 * @param endpoint the address of queries, which accepts WebSockets and streams as well
 * @param language the language of texts
 * @param route the way to the customer's cell, which learns from the responses to queries
 */
export function liveOver(endpoint: string, language: string, route: Route = createRoute(fetch)): ConnectLive {
  return firstThatWorks([overSocket(endpoint, language, route), overEvents(endpoint, language)]);
}

/** Returns a function that opens subscriptions by the first transport that brings an update. */
export function firstThatWorks(transports: readonly ConnectLive[]): ConnectLive {
  let proven: ConnectLive | null = null;
  return <Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    token: () => string | null,
    { opened, update, ended, ...further }: LiveListener<Data>,
    after: string | null = null,
  ) => {
    let closed = false;
    let close: (() => void) | null = null;
    let blocked: ReturnType<typeof setTimeout> | undefined;

    /** Opens the first transport; calls `ended` once with the outcome. */
    function attempt([connect, ...others]: readonly ConnectLive[]): void {
      if (connect === undefined) return;
      let over = false;
      function end(ending: Ending): void {
        if (over || closed) return;
        over = true;
        clearTimeout(blocked);
        if (others.length > 0 && proven === null && !SAID_BY_SERVER.has(ending)) attempt(others);
        else ended(ending);
      }
      // Only while there is another transport: hurrying a restarting server would delay its return.
      if (others.length > 0) {
        blocked = setTimeout(() => {
          close?.();
          end('lost');
        }, OPEN_MS);
      }
      const attempted: LiveListener<Data> = {
        ...further,
        opened() {
          clearTimeout(blocked);
          opened?.();
        },
        update(answer) {
          if (over || closed) return;
          clearTimeout(blocked);
          proven = connect;
          update(answer);
        },
        ended: end,
      };
      close = connect(operation, variables, token, attempted, after);
    }

    attempt(proven === null ? transports : [proven]);
    return () => {
      closed = true;
      clearTimeout(blocked);
      close?.();
    };
  };
}
