/** What the gateway tells beside an answer when it is asked by a header: the query plan and timings. */

export const HEADER = 'graphql-debug';
const WISH = 'plan,timing';

export interface Stage {
  readonly name: string;
  /** Milliseconds after the request's arrival. */
  readonly start: number;
  readonly duration: number;
  /** The cache that spared the stage its work, or `miss`. */
  readonly cache?: string;
  readonly entities?: number;
  readonly error?: string;
}

export interface Timing {
  readonly total: number;
  readonly stages: readonly Stage[];
}

export interface Report {
  readonly plan: string | null;
  readonly timing: Timing | null;
}

/** Holds the report of the latest answer for whoever shows it. */
export class ReportStore {
  #report: Report | null = null;
  readonly #listeners = new Set<() => void>();

  readonly get = (): Report | null => this.#report;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  clear(): void {
    this.set(null);
  }

  set(report: Report | null): void {
    this.#report = report;
    for (const listener of this.#listeners) listener();
  }
}

/**
 * Returns a fetch that asks for a report with every operation, except for GraphiQL's own introspection, and keeps
 * it out of the answer that is shown. A gateway that may not tell answers as ever.
 */
export function reporting(inner: typeof fetch, store: ReportStore): typeof fetch {
  return async (input, init) => {
    if (isIntrospection(init?.body)) return inner(input, init);
    const headers = new Headers(init?.headers);
    headers.set(HEADER, WISH);
    const response = await inner(input, { ...init, headers });
    const answer = await answerOf(response);
    if (answer === null) return response;
    const { extensions, ...rest } = answer;
    const { queryPlan, timing, ...others } = isObject(extensions) ? extensions : {};
    store.set({ plan: planOf(queryPlan), timing: timingOf(timing) });
    const shown = Object.keys(others).length > 0 ? { ...rest, extensions: others } : rest;
    return new Response(JSON.stringify(shown), { status: response.status, headers: response.headers });
  };
}

function isIntrospection(body: unknown): boolean {
  return typeof body === 'string' && body.includes('"IntrospectionQuery"');
}

async function answerOf(response: Response): Promise<Record<string, unknown> | null> {
  if (!(response.headers.get('content-type') ?? '').includes('json')) return null;
  try {
    const answer: unknown = await response.clone().json();
    return isObject(answer) ? answer : null;
  } catch {
    return null;
  }
}

function planOf(told: unknown): string | null {
  return isObject(told) && typeof told['text'] === 'string' ? told['text'] : null;
}

function timingOf(told: unknown): Timing | null {
  if (!isObject(told) || typeof told['total'] !== 'number' || !Array.isArray(told['stages'])) return null;
  return { total: told['total'], stages: told['stages'].filter(isStage) };
}

function isStage(told: unknown): told is Stage {
  return (
    isObject(told) &&
    typeof told['name'] === 'string' &&
    typeof told['start'] === 'number' &&
    typeof told['duration'] === 'number'
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
