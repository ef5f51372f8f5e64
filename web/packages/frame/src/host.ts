/** Serves a frame of the club from the page around it. */
import { waitMs } from '@furlong/client/src/live/backoff';
import { AFTER_NO_ANSWER } from '@furlong/client/src/session/tokens';
import type { AccountPart, ClubFrame, ClubFrameOptions, TokenReason } from '../types/index';

/** How long a loaded frame may take until it says that it is ready. */
const READY_MS = 5_000;
/** The maximum height of a frame, which scrolls if its contents are higher. */
const HIGHEST = 20_000;

/** After which a frame is elsewhere in the window; also if a part of the page was scrolled. */
const MOVES = ['scroll', 'resize'] as const;
const PASSIVE = { capture: true, passive: true } as const;

/** The path of a frame, which ends with its brand, and for some with what it shows. */
const EMBEDDED = /\/embed\/[^/]+(\/(sports|lobby))?$/u;

function adviceOnOrigin(): string {
  return (
    `Allow ${window.origin} to show the frame: add it to the origins of the brand in FURLONG_EMBED_FILE, ` +
    `or start the demo with --origin ${window.origin}.`
  );
}

function adviceOnPath(src: string): string {
  return `Correct the src of the frame, ${src}: the club of a brand is at /embed/BRAND, and other frames at /embed/BRAND/sports and /embed/BRAND/lobby.`;
}

export function connectFrame(frame: HTMLIFrameElement, options: ClubFrameOptions): ClubFrame {
  const { origin } = new URL(frame.src);
  /** A page without types may have forgotten it. */
  const canAsk = (options as Partial<ClubFrameOptions>).getToken !== undefined;
  let asked = 0;
  let next: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let moving: number | undefined;
  let advice: HTMLElement | null = null;

  /** Says in the frame's place, and in the console, what the page's developers have to set. */
  function advise(text: string): void {
    // eslint-disable-next-line no-console -- the page's developers look there
    console.error(`Furlong: ${text}`);
    if (advice === null) frame.after((advice = document.createElement('p')));
    advice.textContent = text;
    frame.style.display = 'none';
  }

  /** Browsers report a frame that may not be shown as loaded; only its silence tells. */
  function loaded(): void {
    clearTimeout(silence);
    silence = setTimeout(() => void explainSilence(), READY_MS);
  }

  async function explainSilence(): Promise<void> {
    // Without a server there is nothing to allow, and nothing to show.
    frame.style.display = 'none';
    await fetch(import.meta.url, { mode: 'no-cors', cache: 'no-store' }).then(
      () => advise(EMBEDDED.test(new URL(frame.src).pathname) ? adviceOnOrigin() : adviceOnPath(frame.src)),
      () => undefined,
    );
  }

  function spoke(): void {
    clearTimeout(silence);
    if (!canAsk) return;
    advice?.remove();
    advice = null;
    frame.style.display = '';
  }

  function tell(message: object): void {
    // Send only to the club's origin, so that no other site can read a session if the frame has navigated away.
    frame.contentWindow?.postMessage(message, origin);
  }

  async function signIn(reason: TokenReason, failures = 0): Promise<void> {
    clearTimeout(next);
    asked += 1;
    const mine = asked;
    const token = await askPage(reason);
    // A customer has signed in or out since: the newer answer counts.
    if (mine !== asked) return;
    if (token === null) tell({ type: 'furlong:sign-out' });
    else if (token !== undefined) tell({ type: 'furlong:session', token });
    else if (reason === 'start') {
      // After the start, the frame itself asks again.
      next = setTimeout(() => void signIn(reason, failures + 1), waitMs(AFTER_NO_ANSWER, failures + 1, Math.random));
    }
  }

  /** Undefined if the page has no answer. */
  async function askPage(reason: TokenReason): Promise<string | null | undefined> {
    try {
      const token = await options.getToken(reason);
      if ((token as string | null | undefined) === undefined) throw new TypeError('it returned no token, and no null for a visitor');
      return token;
    } catch (error) {
      // eslint-disable-next-line no-console -- the page's developers look there
      console.warn(`Furlong: getToken('${reason}') is called again later:`, error);
      return undefined;
    }
  }

  function hear({ origin: from, source, data }: MessageEvent<unknown>): void {
    if (from !== origin || source !== frame.contentWindow || typeof data !== 'object' || data === null) return;
    spoke();
    const message = data as { readonly type?: unknown; readonly [name: string]: unknown };
    switch (message.type) {
      case 'furlong:ready':
        void signIn('start');
        return;
      case 'furlong:session-needed':
        void signIn(message['reason'] === 'refused' ? 'refused' : 'expiring');
        return;
      case 'furlong:refused':
        options.onRefused?.();
        return;
      case 'furlong:state':
        options.onState?.(message['status'] as { readonly kind: string });
        return;
      case 'furlong:height':
        resize(message['height']);
        tellView();
        return;
      case 'furlong:show':
        showAt(message['top']);
        return;
      case 'furlong:deposit-needed':
        options.onDepositNeeded?.();
        return;
      case 'furlong:money-asked':
        options.onMoneyAsked?.(message['part'] as AccountPart);
        return;
      case 'furlong:money-moved':
        options.onMoneyMoved?.();
        return;
      default:
        // The message belongs to a newer frame.
        return;
    }
  }

  function resize(height: unknown): void {
    const fits = typeof height === 'number' && height >= 0;
    if (fits && options.resize !== false) frame.style.height = `${Math.ceil(Math.min(height, HIGHEST))}px`;
  }

  /** A frame as high as its contents cannot scroll to them itself. */
  function showAt(top: unknown): void {
    if (typeof top !== 'number' || options.resize === false) return;
    window.scrollBy({ top: frame.getBoundingClientRect().top + Math.min(Math.max(top, 0), HIGHEST) });
  }

  /** What stays in sight in a frame has to know where that is. */
  function tellView(): void {
    if (options.resize === false || moving !== undefined) return;
    moving = requestAnimationFrame(() => {
      moving = undefined;
      tell({ type: 'furlong:view', top: -Math.round(frame.getBoundingClientRect().top), height: window.innerHeight });
    });
  }

  window.addEventListener('message', hear);
  for (const moves of MOVES) window.addEventListener(moves, tellView, PASSIVE);
  frame.addEventListener('load', loaded);
  // A frame that has not loaded yet still has the empty document of this page.
  if (frame.contentDocument === null) loaded();
  if (!canAsk) {
    advise('Give connectFrame a getToken: a function that returns the session token of the customer, or null for a visitor.');
  }
  // The frame may have been ready before this script, so ask it again. It may also not be loaded yet.
  frame.contentWindow?.postMessage({ type: 'furlong:hello' }, '*');
  return {
    betPlaced: () => tell({ type: 'furlong:bet-placed' }),
    moneyMoved: () => tell({ type: 'furlong:money-moved' }),
    setSlip: (slip) => tell({ type: 'furlong:slip', slip }),
    refreshSession: () => void signIn('start'),
    disconnect() {
      asked += 1;
      clearTimeout(next);
      clearTimeout(silence);
      frame.removeEventListener('load', loaded);
      for (const moves of MOVES) window.removeEventListener(moves, tellView, PASSIVE);
      if (moving !== undefined) cancelAnimationFrame(moving);
      window.removeEventListener('message', hear);
    },
  };
}
