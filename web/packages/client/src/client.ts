/** A client of the graph for one brand's page: it keeps the session, sends operations and changes, and follows. */
import { sendChange, unfinishedChanges, type Outcome } from './changes/change.ts';
import type { Change } from './changes/intention.ts';
import { keysOfCustomer, type Keys } from './changes/keys.ts';
import { createLiveLoop, type Ending, type LiveLoop } from './live/live.ts';
import type { Operation } from './operations/operation.ts';
import { askRenewing } from './session/renewing.ts';
import type { Session } from './session/session.ts';
import { createTokens, type GetToken } from './session/tokens.ts';
import { Unreached, type Answer } from './transport/ask.ts';
import { askOver } from './transport/http.ts';
import { createRoute } from './transport/route.ts';
import { liveOver } from './transport/subscription.ts';

/** The time limit of a request. */
export const REQUEST_MS = 8_000;

export interface ClientOptions {
  readonly brand: string;
  /** The graph's URL, such as `https://club.example/graphql`. */
  readonly url: string;
  /** Asks the page's server for a token: at the first request, before one expires, and after a refusal. */
  readonly getToken: GetToken;
  /** The language of titles and terms (BCP 47); by default the browser's. */
  readonly language?: string;
  /** A customer has signed in or out, or has another token: forget what was read for another customer. */
  readonly onSession?: (session: Session) => void;
}

export interface Follower<Data> {
  /** What is followed, now and after each change. */
  readonly update: (answer: Answer<Data>) => void;
  /**
   * There are no updates for now; they begin again by themselves, unless the server does not offer them.
   *
   * `since` is when the connection was last known to work (`Date.now`); null if it brought no update.
   */
  readonly paused?: (ending: Ending, since: number | null) => void;
}

export interface FurlongClient {
  /** The session in use; anonymous until the first request. */
  readonly session: Session;
  /**
   * Sends a query; for changes of the club use `change`.
   *
   * @throws {Unreached} if there is no usable response; or with the signal's reason if it is aborted
   */
  request<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables, signal?: AbortSignal): Promise<Answer<Data>>;
  /** Makes a change at most once: it is sent with one key until its outcome is known, also after a reload. */
  change(change: Change): Promise<Outcome>;
  /** The customer's changes whose outcome is unknown since a reload, oldest first; send them again by `change`. */
  unfinished(): Promise<readonly Change[]>;
  /**
   * Follows a subscription over the best transport; returns the function that ends it.
   *
   * When it is lost it is reopened, and continues behind the newest `position` of the responses' extensions: as the
   * variable `after` if the operation has it, otherwise in the request's extensions.
   */
  subscribe<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables, follower: Follower<Data>): () => void;
  /** Asks the page for a token again, because a customer has signed in or out. */
  refreshSession(): Promise<Session>;
  /** Ends all subscriptions, and asks for no more tokens. */
  close(): void;
}

/** Returns a client that has sent nothing yet. */
export function createFurlongClient({ brand, url, getToken, language, onSession }: ClientOptions): FurlongClient {
  const loops = new Set<LiveLoop>();
  let customer: string | null = null;
  let keys: Keys = keysOfCustomer(brand, null);
  let started: Promise<Session> | null = null;

  const tokens = createTokens({ brand, getToken, changed });
  const route = createRoute((...request) => fetch(...request));
  const ask = askRenewing(askOver(route.fetch, url, language ?? null), tokens);
  const live = liveOver(absolute(url), language ?? preferred(), route);

  function changed(session: Session): void {
    if (session.customer !== customer) {
      customer = session.customer;
      keys = keysOfCustomer(brand, customer);
      route.forget();
      for (const loop of loops) {
        loop.stop();
        loop.forget();
        if (customer !== null) loop.start();
      }
    }
    onSession?.(session);
  }

  /** Resolves when it is known who is signed in. */
  function ready(): Promise<Session> {
    started ??= tokens.renew('start');
    return started;
  }

  return {
    get session() {
      return tokens.session;
    },
    async request(operation, variables, signal) {
      await ready();
      return await withinLimit((limit) => ask(operation, variables, { token: tokens.session.token, signal: limit }), signal);
    },
    async change(change) {
      await ready();
      return await sendChange(change, { ask, token: tokens.session.token, keys, sleep });
    },
    async unfinished() {
      await ready();
      return unfinishedChanges(keys, brand);
    },
    subscribe(operation, variables, { update, paused }) {
      const loop = createLiveLoop({
        connect: (listener, after) => live(operation, variables, () => tokens.session.token, listener, after),
        updated: update,
        down(ending, since) {
          if (ending === 'session') void tokens.renew('refused');
          paused?.(ending, since);
        },
        random: () => Math.random(),
      });
      loops.add(loop);
      void ready().then(({ token }) => {
        if (token !== null && loops.has(loop)) loop.start();
      });
      return () => {
        loops.delete(loop);
        loop.stop();
      };
    },
    refreshSession: () => tokens.restart(),
    close() {
      tokens.stop();
      for (const loop of loops) loop.stop();
      loops.clear();
    },
  };
}

/** WebSockets want a whole URL. On a server there is no page, and the URL must be whole. */
function absolute(url: string): string {
  return typeof location === 'undefined' ? url : new URL(url, location.href).href;
}

function preferred(): string {
  return typeof navigator === 'undefined' ? 'en' : navigator.language;
}

/** Aborts what takes too long with `Unreached`. */
async function withinLimit<Result>(send: (signal: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Unreached('gave up waiting', 0)), REQUEST_MS);
  try {
    return await send(signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]));
  } finally {
    clearTimeout(timer);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
