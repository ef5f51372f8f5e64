/** The outcome of the last change, and changes that are still being confirmed. */
import { useEffect, useRef } from 'react';

import { pendingText, type Notice } from '../changes/notice';
import type { Change } from '../changes/change';
import type { Club } from '../graphql/types';

interface NoticesProps {
  readonly club: Club;
  readonly notice: Notice;
  readonly onRetry: (change: Change) => void;
}

/** The regions stay mounted, so that screen readers announce new text in them. */
export function Notices({ club, notice, onRetry }: NoticesProps) {
  const pending = pendingText(club);
  const region = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // The pressed button is often gone by now: keep the keyboard focus nearby.
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (lost && notice.kind !== 'none' && notice.kind !== 'sending') {
      region.current?.focus({ preventScroll: true });
    }
  }, [notice]);

  return (
    <div className="notices" data-testid="errors" ref={region} tabIndex={-1}>
      <div role="status">
        {pending !== null && (
          <p className="notice notice-pending">
            {pending} {notice.kind === 'pending' && <Again text="Ask again" change={notice.change} onRetry={onRetry} />}
          </p>
        )}
        {pending === null && notice.kind === 'done' && <p className="notice notice-done">{notice.text}</p>}
      </div>
      <div role="alert">
        {notice.kind === 'refused' &&
          notice.texts.map((text) => (
            <p key={text} className="notice notice-refused">
              {text}
            </p>
          ))}
        {notice.kind === 'unknown' && pending === null && (
          <p className="notice notice-refused">
            {notice.text}{' '}
            <Again text="Try again" change={notice.change} onRetry={onRetry} />
          </p>
        )}
      </div>
    </div>
  );
}

interface AgainProps {
  readonly text: string;
  readonly change: Change;
  readonly onRetry: (change: Change) => void;
}

/** Sends the same change again with the same key, so that it happens at most once. */
function Again({ text, change, onRetry }: AgainProps) {
  return (
    <button type="button" className="link" data-testid="again" onClick={() => onRetry(change)}>
      {text}
    </button>
  );
}
