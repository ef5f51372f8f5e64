/** The outcome of the last change, and changes that are still being confirmed. */
import { useEffect, useRef, type ReactNode } from 'react';

import type { Change, Club } from '@furlong/client';
import { rewardAskedFor } from './standing';
import type { Notice } from '../changes/notice';
import { useLocale, type Locale } from '../locale/locale';

interface NoticesProps {
  readonly club: Club;
  readonly notice: Notice;
  readonly onRetry: (change: Change) => void;
}

/** The regions stay mounted, so that screen readers announce new text in them. */
export function Notices({ club, notice, onRetry }: NoticesProps) {
  const locale = useLocale();
  const { words } = locale;
  const pending = pendingText(club, notice, locale);
  const done = pending === null ? doneText(club, notice, locale) : null;
  const region = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // The pressed button is often gone by now: keep the keyboard focus nearby.
    const root = region.current?.getRootNode() as Document | ShadowRoot | undefined;
    const lost = root?.activeElement === null || root?.activeElement === document.body;
    if (lost && notice.kind !== 'none' && notice.kind !== 'sending') region.current?.focus({ preventScroll: true });
  }, [notice]);

  return (
    <div className="club-notices" data-testid="errors" ref={region} tabIndex={-1}>
      <div role="status">
        {notice.kind === 'sending' && <Text kind="pending">{words.sending}</Text>}
        {notice.kind !== 'sending' && pending !== null && (
          <Text kind="pending">
            {pending} {notice.kind === 'pending' && <Again text={words.askAgain} change={notice.change} onRetry={onRetry} />}
          </Text>
        )}
        {done !== null && <Text kind="done">{done}</Text>}
      </div>
      <div role="alert">
        {notice.kind === 'refused' &&
          notice.errors.map(({ code, message }) => (
            <Text key={code} kind="refused">
              {code in words.errors ? words.errors[code] : message}
            </Text>
          ))}
        {notice.kind === 'unknown' && pending === null && (
          <Text kind="refused">
            {words.unknownOutcome} <Again text={words.tryAgain} change={notice.change} onRetry={onRetry} />
          </Text>
        )}
      </div>
    </div>
  );
}

/** A text about the change that is still being confirmed; null if there is none. */
export function pendingText(club: Club, notice: Notice, { words, fill }: Locale): string | null {
  if (club.membership.pending) return club.membership.optedIn ? words.pendingLeave : words.pendingJoin;
  if (club.choice?.pending !== true) return null;
  const title = rewardAskedFor(club, notice);
  return title === null ? words.pendingChoice : fill(words.pendingReward, { title });
}

/** A text about the change that was made, at once or after it was confirmed; null if none was. */
export function doneText(club: Club, notice: Notice, { words, fill }: Locale): string | null {
  if (notice.kind !== 'done' && !(notice.kind === 'pending' && hasEffect(club, notice.change))) return null;
  const { change } = notice;
  const option = club.choice?.option;
  return change.kind === 'change-reward' && option?.id === change.optionId
    ? fill(words.doneReward, { title: option.title })
    : words.done[change.kind];
}

function hasEffect({ membership, choice }: Club, change: Change): boolean {
  if (change.kind === 'change-reward') return choice?.option.id === change.optionId;
  return membership.optedIn === (change.kind === 'opt-in');
}

function Text({ kind, children }: { readonly kind: 'pending' | 'done' | 'refused'; readonly children: ReactNode }) {
  return <p className={`club-notice club-notice-${kind}`}>{children}</p>;
}

interface AgainProps {
  readonly text: string;
  readonly change: Change;
  readonly onRetry: (change: Change) => void;
}

/** Sends the same change again with the same key, so that it happens at most once. */
function Again({ text, change, onRetry }: AgainProps) {
  return (
    <button type="button" className="club-link" data-testid="again" onClick={() => onRetry(change)}>
      {text}
    </button>
  );
}
