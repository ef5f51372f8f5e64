/** The graph of mocked answers beside the demo's own, to which a switch sends the page's requests. */
import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { createClient, type RequestParams } from 'graphql-sse';

type WsClient = NonNullable<Parameters<typeof createGraphiQLFetcher>[0]['wsClient']>;

/** Chooses between two fetchers with each operation. */
export class MockedAnswers {
  #chosen = false;

  readonly choose = (mocked: boolean): void => {
    this.#chosen = mocked;
  };

  /** Returns a fetcher that asks the first graph, or the mocked one while that is chosen. */
  between(own: Fetcher, mocked: Fetcher): Fetcher {
    return (parameters, options) => (this.#chosen ? mocked : own)(parameters, options);
  }
}

/** Returns the fetcher of the mocked graph: it is below a path, where subscriptions come as server-sent events. */
export function mockedFetcher(url: string, fetcher: typeof fetch): Fetcher {
  return (parameters, options) => {
    const headers = (options?.headers ?? {}) as Record<string, string>;
    const events = createClient({ url, headers, retryAttempts: 0 });
    const subscribe: WsClient['subscribe'] = (request, sink) => events.subscribe(request as RequestParams, sink as never);
    const wsClient = { ...events, subscribe } as unknown as WsClient;
    return createGraphiQLFetcher({ url, fetch: fetcher, wsClient })(parameters, options);
  };
}
