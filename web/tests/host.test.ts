/** The page around a frame. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { connectFrame } from '../packages/frame/src/host';

const CLUB = 'https://club.example';
let hear: (event: object) => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.stubGlobal('window', {
    addEventListener: (_: string, listener: typeof hear) => void (hear = listener),
    removeEventListener: () => undefined,
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function frameOf(getToken: () => Promise<string | null>) {
  const contentWindow = { postMessage: vi.fn() };
  const connected = connectFrame({ src: `${CLUB}/embed/northbet`, contentWindow, style: {} } as unknown as HTMLIFrameElement, { getToken });
  const sent = () => contentWindow.postMessage.mock.calls.slice(1);
  return { connected, sent, says: (data: object) => hear({ origin: CLUB, source: contentWindow, data }) };
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
