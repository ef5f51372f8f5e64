/** The messages between the frame and the page around it, and the resulting session. */
import { createTokens, type Session, type Tokens } from '@furlong/client';
import type { Slip } from '@furlong/club';

import { isAmong, readMessage, type Embedding, type FrameMessage, type Received, type View } from './messages';

export interface Listener {
  readonly session: (session: Session) => void;
  readonly slip: (slip: Slip | null) => void;
  readonly betPlaced: () => void;
  readonly view?: (view: View) => void;
  /** The customer's balance may be another. */
  readonly moneyMoved?: () => void;
}

export interface Conversation {
  readonly tokens: Tokens;
  /** Sends a message once the page's origin is known; the browser delivers it to no other origin. */
  readonly tell: (message: FrameMessage) => void;
  readonly hear: (event: Received) => void;
}

/**
 * Returns a conversation without messages.
 *
 * @param parent the window around the frame
 */
export function converse(embedding: Embedding, parent: Pick<Window, 'postMessage'>, listener: Listener): Conversation {
  let spoken: string | null = null;
  let height: FrameMessage | null = null;
  let tokenArrived: (() => void) | null = null;

  const tokens = createTokens({
    brand: embedding.brand,
    getToken(reason) {
      tell({ type: 'furlong:session-needed', reason });
      // The token arrives as a message, which resolves the waiting promise.
      return new Promise((resolve) => {
        tokenArrived = () => resolve(undefined);
      });
    },
    changed(session) {
      tokenArrived?.();
      listener.session(session);
    },
  });

  function tell(message: FrameMessage): void {
    if (message.type === 'furlong:height') height = message;
    if (spoken !== null) parent.postMessage(message, spoken);
  }

  function hear(event: Received): void {
    const message = readMessage(event, embedding, parent, spoken);
    if (message === null) return;
    const isFirst = spoken === null;
    spoken = event.origin;
    if (isFirst && height !== null) tell(height);
    switch (message.kind) {
      case 'hello':
        tell({ type: 'furlong:ready' });
        return;
      case 'refused':
        tell({ type: 'furlong:refused', reason: 'token' });
        return;
      case 'sign-out':
        tokens.accept(null);
        return;
      case 'session':
        tokens.accept(message.session.token);
        tell({ type: 'furlong:signed-in' });
        return;
      case 'bet-placed':
        listener.betPlaced();
        return;
      case 'money-moved':
        listener.moneyMoved?.();
        return;
      case 'slip':
        listener.slip(message.slip);
        return;
      case 'view':
        listener.view?.(message.view);
    }
  }

  return { tokens, tell, hear };
}

/** Where the page around the frame may be: one origin if the browser reveals it; `*` for a page of this machine. */
export function originsAround({ origins }: Embedding, location: Location): readonly string[] {
  const [around] = (location as { readonly ancestorOrigins?: DOMStringList }).ancestorOrigins ?? [];
  if (around !== undefined) return isAmong(around, origins) ? [around] : [];
  return origins.map((each) => (each.endsWith(':*') ? '*' : each));
}
