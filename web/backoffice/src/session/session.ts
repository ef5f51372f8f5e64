/** The session at the back office's own routes: signing in by steps, stepping up, signing out. */
import { WORDS } from '../words/index.ts';

/** What a session still needs before it may use the graph. */
export type Stage = 'anonymous' | 'factor' | 'enrolment' | 'password' | 'full';

export interface SessionState {
  readonly signedIn: boolean;
  readonly stage: Stage;
  readonly csrfToken?: string;
  readonly user?: { readonly id: string; readonly login: string; readonly name: string };
  readonly recoveryCodes?: readonly string[];
  /** Where people sign in by OpenID Connect; empty if they do not. */
  readonly external?: string;
  /** Where a demo lists accounts to sign in with at once; empty in an installation. */
  readonly readyAccounts?: string;
  /** Where the documentation is; empty if the installation does not say so. */
  readonly docs?: string;
  /** The brand that is shown to people who have chosen none. */
  readonly firstBrand?: string;
}

export interface Enrolment {
  readonly secret: string;
  readonly uri: string;
}

/** A request that the back office refused; `code` is one of its error codes. */
export class Refusal extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, code: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}

/** Return what went wrong, in words for the person at the screen. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Return the JSON of a response.
 *
 * @throws {Refusal} in words if there is none: the network, or a proxy, is in the way
 */
export async function answered(response: Promise<Response>): Promise<unknown> {
  try {
    return await (await response).json();
  } catch {
    throw new Refusal(WORDS.session.backOfficeDoesNotAnswerTry, 'UNREACHABLE');
  }
}

const PATH = '/backoffice/session';
const ANONYMOUS: SessionState = { signedIn: false, stage: 'anonymous' };

let state: SessionState = ANONYMOUS;
let known: Promise<SessionState> | null = null;

/** Whose page this is: the cookie may be another person's, who has signed in in another tab. */
let owner: string | undefined;

/** Whether a session is of the person who opened this page. */
export function isOwners({ signedIn, user }: SessionState): boolean {
  return signedIn && (owner === undefined || user?.id === owner);
}

/** Return the present session; the server is asked once, and again after `forget`. */
export function currentSession(): Promise<SessionState> {
  known ??= send('', 'GET');
  return known;
}

/** Return the token that requests for changes carry. */
export function csrfToken(): string {
  return state.csrfToken ?? '';
}

/** Return where the documentation is; empty if that is not known. */
export function docsUrl(): string {
  return state.docs ?? '';
}

/** Return the brand that is shown to people who have chosen none; empty if the installation names none. */
export function firstBrand(): string {
  return state.firstBrand ?? '';
}

/** An account of a demo; anybody may sign in with it. */
export interface ReadyAccount {
  readonly role: string;
  readonly user: string;
}

/** How long the list of a demo's accounts may take, in milliseconds. */
const MAX_LIST_MS = 10_000;

/** The same for a code: where all present ones are used, the demo waits for the next half minute. */
const MAX_CODE_MS = 45_000;

/** Return the accounts of a demo; none in an installation. */
export async function readyAccounts(): Promise<readonly ReadyAccount[]> {
  const path = state.readyAccounts ?? '';
  return path === '' ? [] : ((await answeredByDemo(path, 'GET', MAX_LIST_MS)) as readonly ReadyAccount[]);
}

/** Return the password of a demo's account, and a code of its authenticator that nobody has used. */
async function credentialsOf(user: string): Promise<{ readonly password: string; readonly code: string }> {
  const path = `${state.readyAccounts ?? ''}/${encodeURIComponent(user)}`;
  return (await answeredByDemo(path, 'POST', MAX_CODE_MS)) as { readonly password: string; readonly code: string };
}

/**
 * Return what a demo answers.
 *
 * @throws {Refusal} in words if it does not, or refuses: which of the two, and what helps
 */
async function answeredByDemo(path: string, method: string, milliseconds: number): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { method, signal: AbortSignal.timeout(milliseconds) });
  } catch {
    throw new Refusal(WORDS.session.theDemoIsntAnswering, 'UNREACHABLE');
  }
  if (response.status === 404) {
    throw new Refusal(WORDS.session.demoDoesntAccountAnyMore, 'NOT_FOUND');
  }
  if (!response.ok) {
    const why = WORDS.session.demoRefusedSignYouStatus({ status: response.status });
    throw new Refusal(WORDS.session.openAddressMakeDemoPrints({ why }), 'REFUSED');
  }
  return answered(Promise.resolve(response));
}

export async function signInReady(user: string): Promise<SessionState> {
  const { password, code } = await credentialsOf(user);
  return send('', 'POST', { user, password, code });
}

/** Return a code of the person who is signed in, if it is an account of a demo; otherwise null. */
export async function readyCode(): Promise<string | null> {
  if ((state.readyAccounts ?? '') === '' || state.user === undefined) return null;
  return (await credentialsOf(state.user.login)).code;
}

/** Whether codes need no authenticator: this is a demo. */
export function hasReadyCodes(): boolean {
  return (state.readyAccounts ?? '') !== '';
}

/** Let the next reader ask the server: the session has ended or changed. */
export function forget(): void {
  state = ANONYMOUS;
  known = null;
}

export function signIn(user: string, password: string): Promise<SessionState> {
  return send('', 'POST', { user, password });
}

export function giveCode(code: string): Promise<SessionState> {
  return send('/totp', 'POST', { code });
}

export function changePassword(present: string, password: string): Promise<SessionState> {
  return send('/password', 'POST', { present, new: password });
}

/** Begin a session by a link that was sent to one's address. */
export function renew(token: string, password: string): Promise<SessionState> {
  return send('/link', 'POST', { token, password });
}

/** Confirm the second factor again, before something that moves money. */
export function stepUp(code: string): Promise<SessionState> {
  return send('/step-up', 'POST', { code });
}

export async function signOut(): Promise<void> {
  owner = undefined;
  if (state.stage !== 'anonymous') await send('', 'DELETE');
  forget();
}

export async function enrol(): Promise<Enrolment> {
  return (await request('/enrolment', 'POST', {})) as Enrolment;
}

async function send(path: string, method: string, body?: object): Promise<SessionState> {
  const answer = (await request(path, method, body)) as SessionState;
  state = answer;
  if (answer.signedIn && (method !== 'GET' || owner === undefined)) owner = answer.user?.id;
  known = Promise.resolve(answer);
  return answer;
}

async function request(path: string, method: string, body?: object): Promise<unknown> {
  const headers: Record<string, string> = { 'x-csrf-token': csrfToken() };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const responding = fetch(PATH + path, {
    method,
    headers,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await answered(responding);
  if ((await responding).ok) return answer;
  const { error } = answer as { error: { message: string; code: string } };
  throw new Refusal(error.message, error.code, { ...error });
}
