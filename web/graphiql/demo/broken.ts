/** Requests that ask the demo to treat a subgraph as broken, for themselves alone. */

export const HEADER = 'x-demo-broken';

/** The subgraph that requests do not reach. */
export class BrokenSubgraph {
  #name = '';

  /** Its name; '' for none. */
  get name(): string {
    return this.#name;
  }

  readonly choose = (name: string): void => {
    this.#name = name;
  };
}

/** Returns a fetch that names the broken subgraph in its header, as long as there is one. */
export function breaking(inner: typeof fetch, broken: BrokenSubgraph): typeof fetch {
  return (input, init) => {
    if (broken.name === '') return inner(input, init);
    const headers = new Headers(init?.headers);
    headers.set(HEADER, broken.name);
    return inner(input, { ...init, headers });
  };
}
