/** Connects feed, state and changes to React: the tracker of one session. */
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';

import {
  type Ask,
  type Change,
  CLUB,
  CLUB_UPDATED,
  type ClubData,
  type ClubUpdatedData,
  type ConnectLive,
  keysOfCustomer,
  type LiveListener,
  sendChange,
  type Session,
  unfinishedChanges,
} from '@furlong/client';
import { noticeOf, NO_NOTICE, type Notice } from '../changes/notice';
import { startFeed, type Feed } from './feed';
import { whenBackOnline } from './online';
import { NOTHING, reduceTracker, type Tracker } from './state';

export interface TrackerControls {
  readonly tracker: Tracker;
  readonly notice: Notice;
  readonly change: (change: Change) => Promise<void>;
  /** Tells the tracker that a bet was placed and will count soon. */
  readonly betPlaced: () => void;
}

/** The server's response to a visitor who is not signed in. */
const NOBODY = { data: { club: null }, faults: [] } as const;

/**
 * Returns the tracker of a session, and its actions.
 *
 * Remount it (with a React key) for another customer, so that no customer's data is kept for the next. A new token of
 * the same customer is used from the next request on.
 *
 * @param live opens subscriptions; null to poll
 */
export function useTracker(ask: Ask, session: Session, live: ConnectLive | null = null): TrackerControls {
  const [tracker, tell] = useReducer(reduceTracker, NOTHING);
  const [notice, setNotice] = useState<Notice>(NO_NOTICE);
  const { brand, customer } = session;
  const [keys] = useState(() => keysOfCustomer(brand, customer));
  const feed = useRef<Feed | null>(null);
  const token = useRef(session.token);
  const resumed = useRef(false);

  useEffect(() => {
    const isNew = token.current !== session.token;
    token.current = session.token;
    // Reading may have stopped because the old token was refused.
    if (isNew) feed.current?.refresh();
  }, [session.token]);

  useEffect(() => {
    if (customer === null) {
      tell({ type: 'answered', answer: NOBODY, at: 0 });
      return;
    }
    const started = startFeed({
      read: (signal) => ask(CLUB, { brand }, { token: token.current, signal }),
      connect: live === null ? null : (listener) => live(CLUB_UPDATED, { brand }, () => token.current, ofClub(listener)),
      tell,
      isVisible: () => document.visibilityState === 'visible',
      now: () => Date.now(),
      random: () => Math.random(),
    });
    feed.current = started;
    const onVisibility = () => started.visibilityChanged();
    document.addEventListener('visibilitychange', onVisibility);
    const unheard = whenBackOnline(() => started.reconnected());
    return () => {
      unheard();
      document.removeEventListener('visibilitychange', onVisibility);
      started.stop();
    };
  }, [ask, live, brand, customer]);

  const change = useCallback(
    async (wanted: Change) => {
      setNotice({ kind: 'sending', change: wanted });
      const outcome = await sendChange(wanted, { ask, token: token.current, keys, sleep });
      if ('payload' in outcome) tell({ type: 'changed', payload: outcome.payload });
      setNotice(noticeOf(wanted, outcome));
      feed.current?.refresh();
    },
    [ask, keys],
  );

  useEffect(() => {
    if (resumed.current) return;
    resumed.current = true;
    // The change was begun before a reload. Send it again with its key, so that it happens once, and show its outcome.
    const [begun] = unfinishedChanges(keys, brand);
    if (begun !== undefined) void Promise.resolve(begun).then(change);
  }, [keys, change, brand]);

  const betPlaced = useCallback(() => feed.current?.quicken(), []);
  return { tracker, notice, change, betPlaced };
}

/** An update carries the club as a query of it does. */
function ofClub({ update, ...listener }: LiveListener<ClubData>): LiveListener<ClubUpdatedData> {
  return {
    ...listener,
    update: ({ data, faults }) => update({ data: data === null ? null : { club: data.clubUpdated.club }, faults }),
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
