/** What the screen tells the preview to show, and what the preview tells the screen. */
import type { Club, PastWeek, RecentBet } from '@furlong/client';

export interface Shown {
  readonly type: 'furlong-preview:show';
  readonly locale: string;
  readonly theme: 'light' | 'dark';
  readonly brand: string;
  /** The reward that the draft is about; the page is scrolled to it. */
  readonly reward: string;
  readonly club: Club;
  readonly records: {
    readonly recentBets: readonly RecentBet[];
    readonly pastWeeks: readonly PastWeek[];
    readonly termsSummary: string;
  };
}

/** The page is loaded, the draft is in it, or its height has changed. */
export type Told = { readonly type: 'furlong-preview:ready' } | { readonly type: 'furlong-preview:drawn' } | { readonly type: 'furlong-preview:height'; readonly height: number };

export function isShown(value: unknown): value is Shown {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'furlong-preview:show';
}

export function isTold(value: unknown): value is Told {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return value.type === 'furlong-preview:ready' || value.type === 'furlong-preview:drawn' || value.type === 'furlong-preview:height';
}
