/**
 * What the page asks the server before it is drawn.
 *
 * It is a script of its own, of a kilobyte, so that the requests run while the browser reads the large scripts.
 */
import { fetchDemo, type Demo } from '../demo/session/demo';
import { fetchFacts, type ClubFacts } from './facts';

export interface StartingPoint {
  /** Null if the gateway is not the demo's. */
  readonly demo: Demo | null;
  /** Of the first customer; undefined if there is none. */
  readonly facts: ClubFacts | undefined;
}

export const STARTING_POINT: Promise<StartingPoint> = read();

async function read(): Promise<StartingPoint> {
  const demo = await fetchDemo(fetch);
  const [customer] = demo?.customers ?? [];
  return { demo, facts: customer === undefined ? undefined : await fetchFacts(fetch, customer) };
}
