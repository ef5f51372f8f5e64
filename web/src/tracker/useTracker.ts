/** Connects feed, state and changes to React: the tracker of one session. */
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';

import { sendChange, type Change } from '../changes/change';
import { idempotencyKeys } from '../changes/keys';
import { noticeOf, NO_NOTICE, type Notice } from '../changes/notice';
import type { Ask } from '../graphql/ask';
import { BETSLIP } from '../graphql/operations';
import type { Session } from '../session/session';
import { startFeed, type Feed } from './feed';
import { NOTHING, reduceTracker, type Tracker } from './state';

export interface TrackerControls {
  readonly tracker: Tracker;
  readonly notice: Notice;
  readonly change: (change: Change) => Promise<void>;
  /** A bet was placed and will show in a moment. */
  readonly betPlaced: () => void;
}

/** Remount it (with a React key) for another session, so that no customer's data is kept for the next. */
export function useTracker(ask: Ask, session: Session): TrackerControls {
  const [tracker, tell] = useReducer(reduceTracker, NOTHING);
  const [notice, setNotice] = useState<Notice>(NO_NOTICE);
  const [keys] = useState(() => idempotencyKeys(() => crypto.randomUUID()));
  const feed = useRef<Feed | null>(null);
  const { brand, token } = session;

  useEffect(() => {
    const started = startFeed({
      read: (signal) => ask(BETSLIP, { brand }, { token, signal }),
      tell,
      isVisible: () => document.visibilityState === 'visible',
      now: () => Date.now(),
    });
    feed.current = started;
    const onVisibility = () => started.visibilityChanged();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      started.stop();
    };
  }, [ask, brand, token]);

  const change = useCallback(
    async (wanted: Change) => {
      setNotice({ kind: 'sending', change: wanted });
      const outcome = await sendChange(wanted, { ask, token, keys, sleep });
      if (outcome.kind === 'answered') tell({ type: 'changed', payload: outcome.payload });
      setNotice(noticeOf(wanted, outcome));
      feed.current?.refresh();
    },
    [ask, token, keys],
  );
  const betPlaced = useCallback(() => feed.current?.quicken(), []);
  return { tracker, notice, change, betPlaced };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
