/** The page around a frame. */
import { afterEach, beforeEach, expect, it, vi, type Mock, type MockInstance } from 'vitest';

import { connectFrame } from '../packages/frame/src/host';

const CLUB = 'https://club.example';
let hear: (event: object) => void;
let scroll: () => void;
let scrolled: Mock<(to: object) => void>;
let reported: MockInstance;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw, 16));
  vi.stubGlobal('document', { createElement: () => ({ textContent: '', remove: vi.fn() }) });
  vi.stubGlobal('window', {
    origin: 'http://localhost:5173',
    innerHeight: 740,
    scrollBy: (scrolled = vi.fn<(to: object) => void>()),
    addEventListener: (type: string, listener: typeof hear) => {
      if (type === 'message') hear = listener;
      if (type === 'scroll') scroll = listener as () => void;
    },
    removeEventListener: () => undefined,
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Options = Parameters<typeof connectFrame>[1];

function frameOf(getToken?: () => Promise<string | null>, more: Partial<Options> = {}) {
  const contentWindow = { postMessage: vi.fn() };
  const placed: { textContent: string }[] = [];
  const frame = {
    src: `${CLUB}/embed/northbet`,
    contentWindow,
    contentDocument: {},
    style: { display: '', height: '' },
    getBoundingClientRect: () => ({ top: 200 }),
    after: (text: { textContent: string }) => void placed.push(text),
    addEventListener: (_: string, listener: () => void) => void (frame.loads = listener),
    removeEventListener: () => undefined,
    loads: (): void => undefined,
  };
  const connected = connectFrame(frame as unknown as HTMLIFrameElement, { getToken, ...more } as Options);
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
  expect(placed.map(({ textContent }) => textContent)).toEqual([expect.stringMatching(/^Correct the src .*\/embed\/BRAND, /u)]);
});

it.each(['sports', 'lobby'])('whose frame of the %s may not be shown is told to allow its origin', async (part) => {
  vi.stubGlobal('fetch', vi.fn().mockResolvedValue({}));
  const { frame, placed } = frameOf(() => Promise.resolve(null));
  frame.src = `${CLUB}/embed/northbet/${part}`;
  frame.loads();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(placed.map(({ textContent }) => textContent)).toEqual([expect.stringMatching(/^Allow /u)]);
});

it('that the customer asks for money opens its own cashier, and knows when money has moved', () => {
  const told: string[] = [];
  const { says } = frameOf(() => Promise.resolve(null), {
    onDepositNeeded: () => told.push('deposit'),
    onMoneyAsked: (part) => told.push(part),
    onMoneyMoved: () => told.push('moved'),
  });
  says({ type: 'furlong:deposit-needed' });
  says({ type: 'furlong:money-asked', part: 'limits' });
  says({ type: 'furlong:money-moved' });
  expect(told).toEqual(['deposit', 'limits', 'moved']);
});

it('scrolls to what the customer asks for in a frame, which learns where the window is', async () => {
  const { frame, sent, says } = frameOf(() => Promise.resolve(null));
  says({ type: 'furlong:height', height: 30_000 });
  expect(frame.style.height).toBe('20000px');
  says({ type: 'furlong:show', top: 500 });
  expect(scrolled.mock.calls).toEqual([[{ top: 700 }]]);
  scroll();
  scroll();
  await vi.advanceTimersByTimeAsync(20);
  expect(sent()).toEqual([[{ type: 'furlong:view', top: -200, height: 740 }, CLUB]]);
});

it('whose frame has a height of its own lets it scroll by itself', async () => {
  const { frame, sent, says } = frameOf(() => Promise.resolve(null), { resize: false });
  says({ type: 'furlong:height', height: 300 });
  says({ type: 'furlong:show', top: 500 });
  scroll();
  await vi.advanceTimersByTimeAsync(20);
  expect([frame.style.height, scrolled.mock.calls, sent()]).toEqual(['', [], []]);
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
