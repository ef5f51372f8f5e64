/** When the widget asks what a bet would add. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Preview, PreviewInput } from '../packages/client/src/index';
import { MOVED_MS, SETTLE_MS, startPreview, withoutOdds } from '../packages/club/src/state/preview';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SLIP: PreviewInput = { brand: 'northbet', stakeMinor: 500, currency: 'GBP', oddsMilli: 2500, betType: 'SINGLE', product: 'BETTING' };

/** A slip whose odds a test moves, and what was asked about it. */
function started(answers: (milli: number) => Promise<Preview | null> = (milli) => Promise.resolve(previewAt(milli))) {
  const slip = { milli: 2500 };
  const asked: number[] = [];
  const told: (string | null)[] = [];
  const stop = startPreview({
    read(input) {
      asked.push(input.oddsMilli ?? 0);
      return answers(input.oddsMilli ?? 0);
    },
    newest: () => ({ ...SLIP, oddsMilli: slip.milli }),
    tell: (preview) => void told.push(preview?.reason ?? null),
    random: () => 0.5,
  });
  return { slip, asked, told, stop };
}

function previewAt(milli: number): Preview {
  return { counts: milli >= 1500, reason: milli >= 1500 ? 'COUNTED' : 'BELOW_MIN_ODDS' } as Preview;
}

describe('the preview of a slip', () => {
  it('is asked for in a moment, and not again while nothing changes', async () => {
    const { asked, told } = started();
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 1);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([asked, told]).toEqual([[2500], ['COUNTED']]);
  });

  it('is asked for seldom while odds move many times a second, each time by the newest odds', async () => {
    const { slip, asked, told } = started();
    for (let moves = 0; moves < 600; moves += 1) {
      slip.milli = 1600 + moves;
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(asked.length).toBeLessThanOrEqual(30_000 / MOVED_MS);
    expect(asked.length).toBeGreaterThan(5);
    slip.milli = 1200;
    await vi.advanceTimersByTimeAsync(2 * MOVED_MS);
    expect([asked.at(-1), told.at(-1)]).toEqual([1200, 'BELOW_MIN_ODDS']);
  });

  it('stays while the next answer is on its way, and waits for it', async () => {
    const later: ((preview: Preview | null) => void)[] = [];
    const { slip, asked, told } = started(() => new Promise((resolve) => void later.push(resolve)));
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    later.shift()?.(previewAt(2500));
    slip.milli = 1200;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([asked, told]).toEqual([[2500, 1200], ['COUNTED']]);
  });

  it('that is over tells nothing of an answer on its way', async () => {
    const { asked, told, stop } = started();
    vi.advanceTimersByTime(SETTLE_MS);
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([asked, told]).toEqual([[2500], []]);
  });

  it('is about another slip with another stake or selection, but not with other odds', () => {
    const legs = [{ selectionId: 'northbet:a', oddsMilli: 2500 }];
    const about = withoutOdds({ ...SLIP, legs });
    expect(withoutOdds({ ...SLIP, oddsMilli: 2000, legs: [{ selectionId: 'northbet:a', oddsMilli: 2000 }] })).toBe(about);
    expect(withoutOdds({ ...SLIP, legs: [{ selectionId: 'northbet:b', oddsMilli: 2500 }] })).not.toBe(about);
    expect(withoutOdds({ ...SLIP, stakeMinor: 600, legs })).not.toBe(about);
  });
});
