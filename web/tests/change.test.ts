/** A change, sent until its outcome is known, with one key. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { PAYLOAD } from './example';
import { RETRY_AFTER_MS, sendChange, TRY_MS, type Sender } from '../packages/client/src/changes/change';
import type { Change } from '../packages/client/src/changes/intention';
import { idempotencyKeys } from '../packages/client/src/changes/keys';
import { Unreached, type Ask } from '../packages/client/src/transport/ask';
import type { ClubPayload } from '../packages/client/src/operations/types';

const OPT_OUT: Change = { kind: 'opt-out', brand: 'northbet' };
const PENDING: ClubPayload = { ...PAYLOAD, errors: [{ code: 'UPSTREAM_PENDING', message: '' }] };
const REFUSED: ClubPayload = { ...PAYLOAD, errors: [{ code: 'UPSTREAM_REFUSED', message: '' }] };

type Step = ClubPayload | Error | 'fault';

/** A sender whose upstream takes these steps, one a try, and the last one from then on. */
function sender(...steps: readonly Step[]) {
  const inputs: Record<string, unknown>[] = [];
  let made = 0;
  const ask = ((operation: { name: string }, { input }: { input: Record<string, unknown> }) => {
    inputs.push({ operation: operation.name, ...input });
    const step = steps[Math.min(inputs.length, steps.length) - 1];
    if (step instanceof Error) return Promise.reject(step);
    const field = operation.name.charAt(0).toLowerCase() + operation.name.slice(1);
    return Promise.resolve(step === 'fault' ? { data: null, faults: [{ message: 'no' }] } : { data: { [field]: step }, faults: [] });
  }) as unknown as Ask;
  const sleep = vi.fn<Sender['sleep']>(() => Promise.resolve());
  const keys = idempotencyKeys(() => `key-${(made += 1)}`);
  return { sender: { ask, token: 't', keys, sleep }, inputs, sleep, sent: () => inputs.map((input) => input['idempotencyKey']) };
}

describe('sendChange', () => {
  it.each<[Change, Record<string, unknown>]>([
    [{ kind: 'opt-in', brand: 'b', termsVersion: '2' }, { operation: 'OptIn', brand: 'b', termsVersion: '2' }],
    [{ kind: 'opt-out', brand: 'b' }, { operation: 'OptOut', brand: 'b' }],
    [
      { kind: 'change-reward', brand: 'b', optionId: 'o', expectedVersion: 3 },
      { operation: 'ChangeReward', brand: 'b', optionId: 'o', expectedVersion: 3 },
    ],
  ])('sends %j as its own mutation', async (change, input) => {
    const one = sender(PAYLOAD);
    await expect(sendChange(change, one.sender)).resolves.toEqual({ kind: 'done', payload: PAYLOAD });
    expect(one.inputs).toEqual([{ ...input, idempotencyKey: 'key-1' }]);
  });

  it('tries again with the same key when no answer came', async () => {
    const one = sender(new Unreached('cut', 0), 'fault', PAYLOAD);
    await expect(sendChange(OPT_OUT, one.sender)).resolves.toMatchObject({ kind: 'done' });
    expect(one.sent()).toEqual(['key-1', 'key-1', 'key-1']);
    expect(one.sleep.mock.calls.flat()).toEqual([...RETRY_AFTER_MS]);
  });

  it('admits in the end that nobody knows the outcome, and keeps the key for the next try', async () => {
    const one = sender(new Unreached('busy', 503));
    await expect(sendChange(OPT_OUT, one.sender)).resolves.toEqual({ kind: 'unknown' });
    await sendChange(OPT_OUT, one.sender);
    expect(new Set(one.sent())).toEqual(new Set(['key-1']));
  });

  it('does not repeat a request that the server rejects', async () => {
    const one = sender(new Unreached('bad', 400));
    await expect(sendChange(OPT_OUT, one.sender)).resolves.toEqual({ kind: 'unknown' });
    expect(one.inputs).toHaveLength(1);
  });

  it('tells an ended session at once', async () => {
    const one = sender(new Unreached('expired', 401));
    await expect(sendChange(OPT_OUT, one.sender)).resolves.toEqual({ kind: 'signed-out' });
    expect(one.inputs).toHaveLength(1);
  });

  it.each([
    ['success', PAYLOAD],
    ['refusal', REFUSED],
  ])('takes a new key for the same action after a %s', async (_, payload) => {
    const one = sender(payload);
    await sendChange(OPT_OUT, one.sender);
    await sendChange(OPT_OUT, one.sender);
    expect(one.sent()).toEqual(['key-1', 'key-2']);
  });

  it('keeps the key while the outcome is pending', async () => {
    const one = sender(PENDING, PAYLOAD);
    await sendChange(OPT_OUT, one.sender);
    await sendChange(OPT_OUT, one.sender);
    expect(one.sent()).toEqual(['key-1', 'key-1']);
  });

  it('tells pending from done, and refused with its reasons', async () => {
    await expect(sendChange(OPT_OUT, sender(PENDING).sender)).resolves.toEqual({ kind: 'pending', payload: PENDING });
    const { errors } = REFUSED;
    await expect(sendChange(OPT_OUT, sender(REFUSED).sender)).resolves.toEqual({ kind: 'refused', payload: REFUSED, errors });
  });

  it('never uses one key for two different changes', async () => {
    const one = sender(new Unreached('cut', 400));
    const change = { kind: 'change-reward', brand: 'b', optionId: 'o' } as const;
    await sendChange({ ...change, expectedVersion: 0 }, one.sender);
    await sendChange({ ...change, expectedVersion: 1 }, one.sender);
    expect(one.sent()).toEqual(['key-1', 'key-2']);
  });
});

describe('a try without an end', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is called off after its time, and counts as no answer', async () => {
    const { sender: parts } = sender(PAYLOAD);
    const signals: AbortSignal[] = [];
    const ask: Ask = (_operation, _variables, { signal }) =>
      new Promise((_resolve, reject) => {
        if (signal === undefined) throw new Error('a try must be stoppable');
        signals.push(signal);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const outcome = sendChange(OPT_OUT, { ...parts, ask });
    await vi.advanceTimersByTimeAsync(TRY_MS * (RETRY_AFTER_MS.length + 1));
    await expect(outcome).resolves.toEqual({ kind: 'unknown' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });
});
