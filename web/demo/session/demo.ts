/** The demo's customers, and their sessions. */
import type { Session } from '@furlong/client';

export interface DemoCustomer {
  readonly id: string;
  readonly brand: string;
  readonly token: string;
  readonly note: string;
}

/** The response of `GET /demo/session`. */
export interface Demo {
  readonly brand: string;
  readonly customers: readonly DemoCustomer[];
  /** The subgraphs that a request may break by a header. */
  readonly subgraphs?: readonly string[];
  /** The path of a graph with mocked answers; '' if there is none beside the demo's own. */
  readonly mocked?: string;
}

/** The demo's customers; null if this is not a demo. */
export async function fetchDemo(fetcher: typeof fetch): Promise<Demo | null> {
  try {
    const response = await fetcher('/demo/session', { headers: { Accept: 'application/json' } });
    const body: unknown = response.ok ? await response.json() : null;
    return isDemo(body) ? body : null;
  } catch {
    // Without a response, this is not a demo, and a token can be pasted instead.
    return null;
  }
}

/** Whether the server has a block: the demo says so, and of another server it is not known. */
export function hasBlock(demo: Demo | null, block: string): boolean {
  return demo === null || (demo.subgraphs?.includes(block) ?? false);
}

function isDemo(body: unknown): body is Demo {
  return (
    typeof body === 'object' &&
    body !== null &&
    'brand' in body &&
    typeof body.brand === 'string' &&
    'customers' in body &&
    Array.isArray(body.customers)
  );
}

export function sessionOfCustomer({ brand, token, id }: DemoCustomer): Session {
  return { brand, token, customer: id };
}

/**
 * The customer whom a page shows first: the one before the reload, or else the first of the list.
 *
 * @param remembered the id of a customer, '' if nobody was signed in, or null if nothing is stored
 */
export function sessionAtStart({ brand, customers }: Demo, remembered: string | null): Session {
  const nobody: Session = { brand, token: null, customer: null };
  if (remembered === '') return nobody;
  const shown = customers.find(({ id }) => id === remembered) ?? customers[0];
  return shown === undefined ? nobody : sessionOfCustomer(shown);
}
