/** The page around a frame. */
import { afterEach, beforeEach, expect, it, vi, type MockInstance } from 'vitest';

import { connectFrame } from '../packages/frame/src/host';

const CLUB = 'https://club.example';
let hear: (event: object) => void;
let reported: MockInstance;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.stubGlobal('document', { createElement: () => ({ textContent: '', remove: vi.fn() }) });
  vi.stubGlobal('window', {
    origin: 'http://localhost:5173',
    addEventListener: (_: string, listener: typeof hear) => void (hear = listener),
    removeEventListener: () => undefined,
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function frameOf(getToken?: () => Promise<string | null>) {
  const contentWindow = { postMessage: vi.fn() };
  const placed: { textContent: string }[] = [];
  const frame = {
    src: `${CLUB}/embed/northbet`,
    contentWindow,
    contentDocument: {},
    style: { display: '' },
    after: (text: { textContent: string }) => void placed.push(text),
    addEventListener: (_: string, listener: () => void) => void (frame.loads = listener),
    removeEventListener: () => undefined,
    loads: (): void => undefined,
  };
  const connected = connectFrame(frame as unknown as HTMLIFrameElement, { getToken } as Parameters<typeof connectFrame>[1]);
  const sent = () => contentWindow.postMessage.mock.calls.slice(1);
  return { connected, frame, placed, sent, says: (data: object) => hear({ origin: CLUB, source: contentWindow, data }) };
}

it('is asked again if it had no token for the frame at the start', async () => {
  const getToken = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('offline')).mockResolvedValue('a token');
  const { sent, says } = frameOf(getToken);
  says({ type: 'furlong:ready' });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(sent()).toEqual([[{ type: 'furlong:session', token: 'a token' }, CLUB]]);
});

it('does not pass on the token of a customer who has signed out since it was asked', async () => {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('of who was there'), 100));
  const getToken = vi.fn<() => Promise<string | null>>().mockReturnValueOnce(late).mockResolvedValue(null);
  const { connected, sent, says } = frameOf(getToken);
  says({ type: 'furlong:session-needed', reason: 'expiring' });
  connected.refreshSession();
  await vi.advanceTimersByTimeAsync(100);
  expect(sent()).toEqual([[{ type: 'furlong:sign-out' }, CLUB]]);
});

it('whose origin may not show the frame is told to allow it, in its place and in the console, until it speaks', async () => {
  vi.stubGlobal('fetch', vi.fn().mockResolvedValue({}));
  const { frame, placed, says } = frameOf(() => Promise.resolve(null));
  frame.loads();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(placed.map(({ textContent }) => textContent)).toEqual([expect.stringContaining('--origin http://localhost:5173')]);
  expect(frame.style.display).toBe('none');
  expect(reported).toHaveBeenCalledOnce();
  says({ type: 'furlong:ready' });
  expect(frame.style.display).toBe('');
});

it('whose frame has a mistyped path is told the path, and not to allow anything', async () => {
  vi.stubGlobal('fetch', vi.fn().mockResolvedValue({}));
  const { frame, placed } = frameOf(() => Promise.resolve(null));
  frame.src = `${CLUB}/embeded/northbet`;
  frame.loads();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(placed.map(({ textContent }) => textContent)).toEqual([expect.stringMatching(/^Correct the src .*\/embed\/BRAND\.$/u)]);
});

it('closes the place of a frame whose server is away, and says nothing to its visitors', async () => {
  vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('no network')));
  const { frame, placed } = frameOf(() => Promise.resolve(null));
  frame.loads();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(frame.style.display).toBe('none');
  expect(placed).toEqual([]);
});

it('that gives no getToken is told to', () => {
  const { placed } = frameOf();
  expect(placed.map(({ textContent }) => textContent)).toEqual([expect.stringContaining('getToken')]);
});
