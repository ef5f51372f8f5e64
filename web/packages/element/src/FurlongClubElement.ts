/** `<furlong-club>`: the club in a brand's page, isolated from the page's styles. */
import {
  askOver,
  askRenewing,
  createTokens,
  createRoute,
  liveOver,
  type Session,
  type TokenReason,
  type Tokens,
} from '@furlong/client';
import { localeFor, Widget, type ClubStatus, type Slip, type Theme } from '@furlong/club';
import { createElement, type RefObject } from 'react';
import { createRoot, type Root } from 'react-dom/client';

import type { FurlongClubElement as Public, GetToken, TokenNeeded } from '../types/index';
import styles from '@furlong/club/src/ui/tracker.css?inline';

const HOST_STYLES = ':host { display: block; min-block-size: var(--club-room, 7.5em); } :host([hidden]) { display: none; }';
/** Properties that a page may have set before this script was loaded. */
const PROPERTIES = ['brand', 'endpoint', 'locale', 'theme', 'getToken', 'slip'] as const;
/** Attributes that require a new connection; the others affect only the display. */
const CONNECTING: ReadonlySet<string> = new Set(['brand', 'endpoint', 'locale', 'live']);

/** The state of an element while it is in a page. */
interface Connection {
  readonly root: Root;
  readonly tokens: Tokens;
  readonly parts: Pick<Parameters<typeof Widget>[0], 'ask' | 'live' | 'locale'>;
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

  get brand(): string {
    return this.getAttribute('brand') ?? '';
  }
  set brand(value: string) {
    this.setAttribute('brand', value);
  }

  get endpoint(): string {
    // By default at the script's origin; pages that bundle the element elsewhere must set the endpoint.
    return new URL(this.getAttribute('endpoint') ?? `${new URL(import.meta.url).origin}/graphql`, this.baseURI).href;
  }
  set endpoint(value: string) {
    this.setAttribute('endpoint', value);
  }

  get locale(): string {
    return this.getAttribute('locale') ?? '';
  }
  set locale(value: string) {
    this.setAttribute('locale', value);
  }

  get theme(): Theme {
    const theme = this.getAttribute('theme');
    return theme === 'light' || theme === 'dark' ? theme : 'auto';
  }
  set theme(value: Theme) {
    this.setAttribute('theme', value);
  }

  get getToken(): GetToken | null {
    return this.#getToken;
  }
  set getToken(value: GetToken | null) {
    this.#getToken = value;
    // If `getToken` is set after the element was connected, the first request had no handler.
    if ((this.#session?.token ?? null) === null) this.#start();
  }

  get slip(): Slip | null {
    return this.#slip;
  }
  /** A page without types may pass undefined for an empty slip. */
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
    const locale = localeFor([this.locale, this.#pageLanguage(), ...navigator.languages].filter((each) => each !== ''));
    const tokens = createTokens({
      brand: this.brand,
      getToken: (reason) => this.#askForToken(reason),
      changed: (session) => this.#show(session),
    });
    const route = createRoute((input, init) => fetch(input, init));
    const ask = askRenewing(askOver(route.fetch, this.endpoint, locale.tag), tokens);
    const live = this.getAttribute('live') === 'off' ? null : liveOver(this.endpoint, locale.tag, route);
    this.#connection = { root: createRoot(this.#mount()), tokens, parts: { ask, live, locale } };
    this.#render();
    // Deferred, because a page that creates the element sets `getToken` in the next line and must be asked only once.
    queueMicrotask(() => this.#start());
  }

  /** Asks for the first token, once. */
  #start(): void {
    void this.#connection?.tokens.renew('start').then((session) => this.#show(session));
  }

  #disconnect(): void {
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
    const { root, parts } = this.#connection;
    const { theme } = this;
    root.render(
      createElement(Widget, {
        ...parts,
        theme,
        session: this.#session,
        slip: this.#slip,
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

  #pageLanguage(): string {
    return this.closest('[lang]')?.getAttribute('lang') ?? '';
  }

  /** A property that was set on the plain element hides the accessor: hand it over. */
  #upgrade(property: (typeof PROPERTIES)[number]): void {
    if (!Object.hasOwn(this, property)) return;
    const value: unknown = this[property];
    Reflect.deleteProperty(this, property);
    Reflect.set(this, property, value);
  }
}
