/** `<furlong-club>`: the club in a brand's page, isolated from the page's styles. */
import {
  askOver,
  askRenewing,
  createTokens,
  createRoute,
  liveOver,
  NO_TOKEN,
  type Session,
  type TokenReason,
  type Tokens,
} from '@furlong/client';
import { localeFor, UNREACHED, Widget, type ClubStatus, type Slip, type Theme, type Tracker } from '@furlong/club';
import { createElement, type RefObject } from 'react';
import { createRoot, type Root } from 'react-dom/client';

import type { FurlongClubElement as Public, GetToken, TokenNeeded } from '../types/index';
import styles from '@furlong/club/src/ui/tracker.css?inline';

const HOST_STYLES = ':host { display: block; min-block-size: var(--club-room, 7.5em); } :host([hidden]) { display: none; }';
/** Properties that a page may have set before this script was loaded. */
const PROPERTIES = ['brand', 'endpoint', 'locale', 'theme', 'getToken', 'slip'] as const;
/** Attributes that require a new connection; the others affect only the display. */
const CONNECTING: ReadonlySet<string> = new Set(['brand', 'endpoint', 'locale', 'live']);

/** How long a page may take to set `getToken`, before its developers are told to. */
const SETTING_MS = 1_000;

/** The state of an element while it is in a page. */
interface Connection {
  readonly root: Root;
  readonly tokens: Tokens;
  readonly parts: Pick<Parameters<typeof Widget>[0], 'ask' | 'live' | 'locale'>;
  /** What a former connection still waits for says nothing about the endpoint of this one. */
  readonly origin: Origin;
}

/** What is known about whether the graph lets the page's origin read. */
interface Origin {
  /** Whether a request for the graph has succeeded, or it is being found out why one has failed. */
  isKnown: boolean;
  /** The graph refuses the page's origin; null if it does not, or is not known to. */
  fault: Tracker | null;
}

export class FurlongClubElement extends HTMLElement implements Public {
  static readonly observedAttributes = ['brand', 'endpoint', 'live', 'locale', 'theme'];

  readonly #betPlaced: RefObject<(() => void) | null> = { current: null };
  readonly #onStatus = (detail: ClubStatus) => this.#emit('furlong:state', detail);
  #connection: Connection | null = null;
  #reconnects = false;
  #session: Session | null = null;
  #slip: Slip | null = null;
  #getToken: GetToken | null = null;
  /** Why there is no session. */
  #tokenFault: Tracker | null = null;
  #advising: ReturnType<typeof setTimeout> | undefined;

  get brand(): string {
    return this.getAttribute('brand') ?? '';
  }
  set brand(value: string | null | undefined) {
    this.#write('brand', value);
  }

  get endpoint(): string {
    // By default at the script's origin; pages that bundle the element elsewhere must set the endpoint.
    return new URL(this.getAttribute('endpoint') ?? `${new URL(import.meta.url).origin}/graphql`, this.baseURI).href;
  }
  set endpoint(value: string | null | undefined) {
    this.#write('endpoint', value);
  }

  get locale(): string {
    return this.getAttribute('locale') ?? '';
  }
  set locale(value: string | null | undefined) {
    this.#write('locale', value);
  }

  get theme(): Theme {
    const theme = this.getAttribute('theme');
    return theme === 'light' || theme === 'dark' ? theme : 'auto';
  }
  set theme(value: Theme | null | undefined) {
    this.#write('theme', value);
  }

  get getToken(): GetToken | null {
    return this.#getToken;
  }
  set getToken(value: GetToken | null | undefined) {
    this.#getToken = value ?? null;
    // If `getToken` is set after the element was connected, the first request had no handler.
    if ((this.#session?.token ?? null) === null) this.#start();
  }

  get slip(): Slip | null {
    return this.#slip;
  }
  set slip(value: Slip | null | undefined) {
    this.#slip = value ?? null;
    this.#render();
  }

  betPlaced(): void {
    this.#betPlaced.current?.();
  }

  refreshSession(): void {
    void this.#connection?.tokens.restart().then((session) => this.#show(session));
  }

  connectedCallback(): void {
    for (const property of PROPERTIES) this.#upgrade(property);
    if (this.#connection === null) this.#connect();
  }

  disconnectedCallback(): void {
    // A page that moves the element takes it out and puts it in again: what it shows stays.
    queueMicrotask(() => {
      if (!this.isConnected) this.#disconnect();
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (this.#connection === null || before === after) return;
    if (!CONNECTING.has(name)) {
      this.#render();
      return;
    }
    if (this.#reconnects) return;
    this.#reconnects = true;
    // A page that changes several attributes changes them one after another, and must be asked for one token.
    queueMicrotask(() => {
      this.#reconnects = false;
      if (this.#connection === null) return;
      this.#disconnect();
      this.#connect();
    });
  }

  #connect(): void {
    const locale = localeFor([this.locale, languageAround(this), ...navigator.languages].filter((each) => each !== ''));
    const tokens = createTokens({
      brand: this.brand,
      getToken: (reason) => this.#askForToken(reason),
      changed: (session) => this.#show(session),
      asked: (fault) => this.#tokenAsked(fault),
    });
    const origin: Origin = { isKnown: false, fault: null };
    const route = createRoute((input, init) => this.#fetch(origin, input, init));
    const ask = askRenewing(askOver(route.fetch, this.endpoint, locale.tag), tokens);
    const live = this.getAttribute('live') === 'off' ? null : liveOver(this.endpoint, locale.tag, route);
    this.#connection = { root: createRoot(this.#mount()), tokens, parts: { ask, live, locale }, origin };
    this.#render();
    // Deferred, because a page that creates the element sets `getToken` in the next line and must be asked only once.
    queueMicrotask(() => this.#start());
  }

  /** Asks for the first token, once. */
  #start(): void {
    void this.#connection?.tokens.renew('start').then((session) => this.#show(session));
  }

  async #fetch(origin: Origin, ...request: Parameters<typeof fetch>): Promise<Response> {
    try {
      const response = await fetch(...request);
      origin.isKnown = true;
      origin.fault = null;
      return response;
    } catch (error) {
      if (error instanceof TypeError) this.#checkOrigin(origin);
      throw error;
    }
  }

  /** Finds out, once, whether requests fail because the graph refuses the page's origin. */
  #checkOrigin(origin: Origin): void {
    if (origin.isKnown || origin !== this.#connection?.origin) return;
    origin.isKnown = true;
    const { brand, endpoint } = this;
    void adviceOnRefusal(brand, endpoint).then((advice) => {
      if (advice !== null && origin === this.#connection?.origin) origin.fault = adviceOf(advice);
      this.#render();
    });
  }

  #tokenAsked(fault: unknown): void {
    clearTimeout(this.#advising);
    if (fault === NO_TOKEN) {
      const { brand } = this;
      const advice = this.#getToken === null ? NO_GET_TOKEN : adviceOnToken(brand);
      const isKnown = this.#tokenFault?.kind === 'to-set-up' && this.#tokenFault.advice === advice;
      if (!isKnown) this.#advising = setTimeout(() => this.#setTokenFault(adviceOf(advice)), SETTING_MS);
      return;
    }
    this.#setTokenFault(fault === null ? null : UNREACHED);
    // A page that asks the demo for tokens is refused there first.
    if (fault instanceof TypeError && this.#connection !== null) this.#checkOrigin(this.#connection.origin);
  }

  #setTokenFault(fault: Tracker | null): void {
    this.#tokenFault = fault;
    this.#render();
  }

  #disconnect(): void {
    clearTimeout(this.#advising);
    this.#tokenFault = null;
    this.#connection?.tokens.stop();
    this.#connection?.root.unmount();
    this.#connection = null;
    this.#session = null;
  }

  /** An empty element in the shadow, with the styles beside it. */
  #mount(): HTMLElement {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    if (shadow.adoptedStyleSheets.length === 0) {
      // Do not use <style>, which the page's content security policy may forbid.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`${HOST_STYLES} ${styles}`);
      shadow.adoptedStyleSheets = [sheet];
    }
    const mount = document.createElement('div');
    shadow.replaceChildren(mount);
    return mount;
  }

  #show(session: Session): void {
    if (session === this.#session) return;
    this.#session = session;
    this.#render();
  }

  #render(): void {
    if (this.#connection === null) return;
    const { root, parts, origin } = this.#connection;
    const { theme } = this;
    root.render(
      createElement(Widget, {
        ...parts,
        theme,
        session: this.#session,
        slip: this.#slip,
        instead: origin.fault ?? this.#tokenFault,
        onStatus: this.#onStatus,
        betPlacedRef: this.#betPlaced,
      }),
    );
  }

  async #askForToken(reason: TokenReason): Promise<string | null | undefined> {
    if (this.#getToken !== null) return this.#getToken(reason);
    let responded: ReturnType<GetToken> | undefined;
    const detail: TokenNeeded = {
      reason,
      respond(token) {
        responded = token;
      },
    };
    this.#emit('furlong:token-needed', detail);
    return responded;
  }

  #emit(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** Frameworks write undefined for what a page leaves out: it is as if the attribute were not there. */
  #write(name: string, value: string | null | undefined): void {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  /** A property that was set on the plain element hides the accessor: hand it over. */
  #upgrade(property: (typeof PROPERTIES)[number]): void {
    if (!Object.hasOwn(this, property)) return;
    const value: unknown = this[property];
    Reflect.deleteProperty(this, property);
    Reflect.set(this, property, value);
  }
}

const NO_GET_TOKEN =
  'Set getToken on <furlong-club>: a function that returns the session token of the customer, or null for a visitor.';

function adviceOnToken(brand: string): string {
  return `Let getToken return a session token of the brand "${brand}", or null for a visitor: what it returned is neither.`;
}

/** What the page's developers have to do if the server answers, but lets this page read nothing; else null. */
async function adviceOnRefusal(brand: string, endpoint: string): Promise<string | null> {
  if (!(await isRefused(endpoint))) return null;
  const usual = new URL('/graphql', endpoint).href;
  // Nothing but the graph lets other origins read: what stands at another path looks like a refusal of the origin.
  return usual !== endpoint && (await isAnswered(usual, 'cors'))
    ? `Correct the endpoint of <furlong-club>: there is no graph at ${endpoint}, but there is one at ${usual}.`
    : adviceOnOrigin(brand, endpoint);
}

function adviceOnOrigin(brand: string, endpoint: string): string {
  const { origin } = window;
  return origin === 'null'
    ? 'Serve this page by a web server, such as npx serve: a file has no origin to allow.'
    : `Allow ${origin} to show the club of ${endpoint}: add it to the origins of "${brand}" in FURLONG_EMBED_FILE, or start the demo with --origin ${origin}.`;
}

/** What the page's developers have to do, in the console and in the place of the club. */
function adviceOf(advice: string): Tracker {
  // eslint-disable-next-line no-console -- the page's developers look there
  console.error(`Furlong: ${advice}`);
  return { kind: 'to-set-up', advice };
}

/** Whether a server answers, but lets this page read nothing. An interrupted network must not look like that. */
async function isRefused(endpoint: string): Promise<boolean> {
  return (await isAnswered(endpoint, 'no-cors')) && !(await isAnswered(endpoint, 'cors')) && (await isAnswered(endpoint, 'no-cors'));
}

function isAnswered(url: string, mode: RequestMode): Promise<boolean> {
  return fetch(url, { mode, cache: 'no-store', credentials: 'omit' }).then(
    () => true,
    () => false,
  );
}

/** The language that the nearest element names, also outside the shadow roots around it; empty if none does. */
function languageAround(element: Element): string {
  const root = element.getRootNode();
  const outside = root instanceof ShadowRoot ? languageAround(root.host) : '';
  return element.closest('[lang]')?.getAttribute('lang') ?? outside;
}
