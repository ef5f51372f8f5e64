/** The admin graph: one operation by POST; refusals are thrown with their codes. */
import { answered, csrfToken, currentSession, forget, isOwners, Refusal } from '../session/session.ts';
import { WORDS } from '../words/index.ts';

interface GraphError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> & { readonly code?: string };
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly GraphError[];
}

/** The text of an operation, with the types of its data and variables. */
export type Document<Data, Variables> = string & { readonly __apiType?: (variables: Variables) => Data };

/** Asks a person for what an operation lacks; resolves to whether it is there now. */
export type Remedy = () => Promise<boolean>;

const remedies: Record<'STEP_UP_REQUIRED' | 'UNAUTHENTICATED', Remedy | undefined> = { STEP_UP_REQUIRED: undefined, UNAUTHENTICATED: undefined };

/** Set, or remove, what asks for the second factor, or to sign in again once the session has ended. */
export function remedyBy(code: keyof typeof remedies, ask: Remedy | undefined): void {
  remedies[code] = ask;
}

/** How long an answer to a question may take. Nothing that the graph is asked takes as long, unless it hangs. */
export const PATIENCE_MS = 60_000;

/** How long a change may wait for a step-up or for its person to sign in again, and is made without another press. */
const CHANGE_WAITS_MS = 10 * 60_000;

/**
 * Run an operation; if it needs a step-up, or a session that has ended, ask for that and run it again.
 *
 * @param left aborted once nobody waits for the answer any more, as when its screen is left
 * @throws {Refusal} with the code of the first error
 */
export async function run<Data, Variables>(
  document: Document<Data, Variables>,
  variables: NoInfer<Variables>,
  left?: AbortSignal,
): Promise<Data> {
  try {
    return (await post(document, variables, endOf(document, left))) as Data;
  } catch (error) {
    const remedy = error instanceof Refusal ? remedies[error.code as keyof typeof remedies] : undefined;
    const since = Date.now();
    if (!(await remedy?.())) throw error;
    // Nobody expects that a change of hours ago is made by signing in: its form still has it.
    if (document.startsWith('mutation') && Date.now() - since > CHANGE_WAITS_MS) throw new Refusal(WORDS.session.pressAgain, 'LATE');
    return await run(document, variables, left);
  }
}

/** Return what ends an operation: a change has no end, because it would not be known whether it is made. */
function endOf(query: string, left: AbortSignal | undefined): AbortSignal | null {
  if (query.startsWith('mutation')) return null;
  const late = AbortSignal.timeout(PATIENCE_MS);
  return left === undefined ? late : AbortSignal.any([left, late]);
}

/** Return a refusal's message, in words if it is one of the GraphQL engine's. */
function inWords(message: string, code: string): string {
  if (code === 'GRAPHQL_VALIDATION_FAILED') return WORDS.common.officeUpgraded;
  if (code === 'BAD_USER_INPUT' && message.startsWith('Variable "$')) {
    return WORDS.common.valueDoesNotExist;
  }
  return message;
}

async function post(query: string, variables: unknown, end: AbortSignal | null, isAgain = false): Promise<unknown> {
  const request = fetch('/backoffice/graphql', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken() },
    body: JSON.stringify({ query, variables }),
    signal: end,
  });
  const answer = (await answered(request)) as Answer;
  const error = answer.errors?.[0];
  if (error !== undefined) {
    const { code = 'INTERNAL_SERVER_ERROR', ...details } = error.extensions ?? {};
    if (code === 'UNAUTHENTICATED' || code === 'FOREIGN_PAGE') {
      forget();
      const now = isAgain ? null : await currentSession();
      // Stepping up gives the session another token: here while this was on its way, or in another tab.
      if (now !== null && isOwners(now)) return await post(query, variables, end, true);
      if (now?.signedIn === true) throw new Refusal(error.message, 'UNAUTHENTICATED');
    }
    throw new Refusal(inWords(error.message, code), code, details);
  }
  return answer.data;
}
