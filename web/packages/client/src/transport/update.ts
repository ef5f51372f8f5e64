/** A response of a subscription, over any transport, as the page gets it. */
import type { Answer, GraphQLFault } from './ask.ts';

/** The extensions of a response that matter here, as anything may have written them. */
export interface UpdateExtensions {
  readonly position?: unknown;
}

/** Returns data and errors with the position that the response's extensions have, if they have one. */
export function updateOf<Data>(
  data: Data,
  faults: readonly GraphQLFault[],
  extensions: UpdateExtensions | undefined,
): Answer<Data> {
  const position = extensions?.position;
  return typeof position === 'string' ? { data, faults, position } : { data, faults };
}
