/** Keeps the tracker up to date with a subscription if there is one, and by polling otherwise. */
import { createLiveLoop, waitMs, type ClubData, type LiveListener } from '@furlong/client';
import { AFTER_FAILURES, createPoller, POLL_MS, type PollerParts } from './poller';
import type { TrackerEvent } from './state';

/** How long a hidden page keeps its subscription, because customers switch between tabs. */
export const HIDDEN_MS = 15_000;

export interface Feed {
  /** Reads now. */
  refresh(): void;
  /** Tells the feed that a bet was placed: polls more often for a while, unless there are live updates. */
  quicken(): void;
  /** There is a network again: reads and subscribes at once, however long the next try was to wait. */
  reconnected(): void;
  /** Reads now and continues if the page is visible; pauses if it is not. */
  visibilityChanged(): void;
  stop(): void;
}

export interface FeedParts extends PollerParts {
  readonly isVisible: () => boolean;
  /** Opens a subscription for the customer; null without live updates. */
  readonly connect: ((listener: LiveListener<ClubData>) => () => void) | null;
}

/** Reads immediately, and subscribes once there is a club to subscribe to. */
export function startFeed(parts: FeedParts): Feed {
  const { tell, isVisible, connect, now, random } = parts;
  let isLive = false;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let completing: ReturnType<typeof setTimeout> | undefined;
  let incomplete = 0;

  const poller = createPoller({ ...parts, tell: told });
  const live =
    connect === null
      ? null
      : createLiveLoop({
          connect,
          random,
          updated(answer) {
            isLive = true;
            poller.pause();
            arrived({ type: 'answered', answer, at: now() });
          },
          down() {
            if (!isLive) return;
            isLive = false;
            clearTimeout(completing);
            tell({ type: 'overdue' });
            if (isVisible()) poller.resume(POLL_MS * random());
          },
        });

  // Read before subscribing, because a read needs fewer round trips.
  function told(event: TrackerEvent): void {
    arrived(event);
    if (event.type === 'answered' && (event.answer.data?.club ?? null) !== null && isVisible()) live?.start();
    if (event.type === 'failed' && event.status === 401) live?.stop();
  }

  /** Tells an event. The next update may be long in coming, so a part that is missing is read again before. */
  function arrived(event: TrackerEvent): void {
    tell(event);
    if (!isLive || (event.type !== 'answered' && event.type !== 'failed')) return;
    clearTimeout(completing);
    if (event.type === 'failed' && event.status === 401) return;
    // A read that was on its way when the first update came may still fail: nothing is missing then.
    const isWhole = event.type === 'answered' ? event.answer.faults.length === 0 : incomplete === 0;
    incomplete = isWhole ? 0 : incomplete + 1;
    if (incomplete > 0) completing = setTimeout(() => poller.refresh(), waitMs(AFTER_FAILURES, incomplete, random));
  }

  function hidden(): void {
    poller.pause();
    clearTimeout(completing);
    clearTimeout(hiding);
    hiding = setTimeout(() => {
      live?.stop();
      isLive = false;
    }, HIDDEN_MS);
  }

  if (!isVisible()) poller.pause();
  poller.refresh();
  return {
    refresh: () => poller.refresh(),
    quicken() {
      if (!isLive) poller.quicken();
    },
    reconnected() {
      if (!isVisible()) return;
      live?.stop();
      isLive = false;
      poller.resume(POLL_MS);
      poller.refresh();
    },
    visibilityChanged() {
      if (!isVisible()) {
        hidden();
        return;
      }
      clearTimeout(hiding);
      if (isLive) {
        if (incomplete > 0) poller.refresh();
        return;
      }
      poller.resume(POLL_MS);
      poller.refresh();
    },
    stop() {
      clearTimeout(hiding);
      clearTimeout(completing);
      live?.stop();
      poller.stop();
    },
  };
}
