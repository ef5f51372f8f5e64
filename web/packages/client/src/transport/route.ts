/** The way to the customer's cell, if an installation has cells: requests go there by their token, WebSockets by their URL. */

/** A router of cells names the customer's partition in its responses; the partition never changes. */
const PARTITION = 'x-furlong-partition';

export interface Route {
  /** Sends a request, and notes the partition that its response names. */
  readonly fetch: typeof fetch;
  /** Returns the URL of a WebSocket, whose token comes too late for the router. */
  socketUrl(endpoint: string): string;
  /** Forgets the partition, because another customer has signed in. */
  forget(): void;
}

/** Returns a route of which nothing is known yet. */
export function createRoute(fetcher: typeof fetch): Route {
  let partition: string | null = null;
  return {
    async fetch(...request) {
      const response = await fetcher(...request);
      partition = response.headers.get(PARTITION) ?? partition;
      return response;
    },
    socketUrl(endpoint) {
      const url = new URL(endpoint.replace(/^http/u, 'ws'));
      if (partition !== null) url.searchParams.set('partition', partition);
      return url.href;
    },
    forget() {
      partition = null;
    },
  };
}
