/** Serves a frame of the club from the page around it. */
import type { ClubFrame, ClubFrameOptions, TokenReason } from '../types/index';

/** The maximum height of a frame; greater heights are ignored. */
const HIGHEST = 5_000;

export function connectFrame(frame: HTMLIFrameElement, options: ClubFrameOptions): ClubFrame {
  const { origin } = new URL(frame.src);

  function tell(message: object): void {
    // Send only to the club's origin, so that no other site can read a session if the frame has navigated away.
    frame.contentWindow?.postMessage(message, origin);
  }

  async function signIn(reason: TokenReason): Promise<void> {
    const token = await options.getToken(reason);
    tell(token === null ? { type: 'furlong:sign-out' } : { type: 'furlong:session', token });
  }

  function hear({ origin: from, source, data }: MessageEvent<unknown>): void {
    if (from !== origin || source !== frame.contentWindow || typeof data !== 'object' || data === null) return;
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
        return;
      default:
        // The message belongs to a newer frame.
        return;
    }
  }

  function resize(height: unknown): void {
    const fits = typeof height === 'number' && height >= 0 && height <= HIGHEST;
    if (fits && options.resize !== false) frame.style.height = `${Math.ceil(height)}px`;
  }

  window.addEventListener('message', hear);
  // The frame may have been ready before this script, so ask it again. It may also not be loaded yet.
  frame.contentWindow?.postMessage({ type: 'furlong:hello' }, '*');
  return {
    betPlaced: () => tell({ type: 'furlong:bet-placed' }),
    setSlip: (slip) => tell({ type: 'furlong:slip', slip }),
    refreshSession: () => void signIn('start'),
    disconnect: () => window.removeEventListener('message', hear),
  };
}
