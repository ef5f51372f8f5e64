/** The tracker in a frame: it waits for a session from the page around it, and asks for the next one in time. */
import { useEffect, useState } from 'react';

import { readMessage, type Embedding, type FrameMessage } from './messages';
import type { Ask } from '../graphql/ask';
import type { Session } from '../session/session';
import { TrackerCard } from '../tracker/TrackerCard';
import { useTracker } from '../tracker/useTracker';

interface EmbeddedTrackerProps {
  readonly ask: Ask;
  readonly embedding: Embedding;
}

/** How long before its session ends the frame asks for the next one. */
const EARLY_MS = 60_000;

/** The least time between two requests for a session. */
const LEAST_MS = 5_000;

export function EmbeddedTracker({ ask, embedding }: EmbeddedTrackerProps) {
  const [session, setSession] = useState<Session>({ brand: embedding.brand, token: null, customer: null });

  useEffect(() => {
    let spoken: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;

    // A browser delivers a message only to a page of the origin it is for: others learn nothing.
    function tell(origin: string, message: FrameMessage): void {
      window.parent.postMessage(message, origin);
    }

    function hear(event: MessageEvent<unknown>): void {
      const message = readMessage(event, embedding, window.parent, spoken);
      if (message === null) return;
      const origin = (spoken = event.origin);
      clearTimeout(timer);
      switch (message.kind) {
        case 'refused':
          tell(origin, { type: 'furlong:refused', reason: 'token' });
          return;
        case 'sign-out':
          setSession({ brand: embedding.brand, token: null, customer: null });
          return;
        case 'session': {
          setSession(message.session);
          tell(origin, { type: 'furlong:signed-in' });
          const wait = Math.max(LEAST_MS, message.lastsMs - EARLY_MS);
          timer = setTimeout(() => tell(origin, { type: 'furlong:session-needed' }), wait);
        }
      }
    }

    window.addEventListener('message', hear);
    for (const origin of originsAround(embedding)) tell(origin, { type: 'furlong:ready' });
    return () => {
      window.removeEventListener('message', hear);
      clearTimeout(timer);
    };
  }, [embedding]);

  return <TrackerOfSession key={session.customer ?? ''} ask={ask} session={session} />;
}

/** The origins at which the page around may be: one, where the browser says which it is. */
function originsAround({ origins }: Embedding): readonly string[] {
  const [around] = (window.location as { readonly ancestorOrigins?: DOMStringList }).ancestorOrigins ?? [];
  return around === undefined ? origins : origins.filter((each) => each === around);
}

/** Mounted anew for another customer, and not for the next token of the same. */
function TrackerOfSession({ ask, session }: { readonly ask: Ask; readonly session: Session }) {
  const { tracker, notice, change } = useTracker(ask, session);
  return (
    <TrackerCard ask={ask} session={session} tracker={tracker} notice={notice} onChange={(wanted) => void change(wanted)} />
  );
}
