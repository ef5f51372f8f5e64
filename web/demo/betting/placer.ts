/** Places bets and follows each until its end is known: by what is told of it, and by asking again under its key. */
import { type Backoff, waitMs } from '@furlong/client';

import type { BetBook } from './book';
import type { Asked, Bet, BetRequest } from './request';
import type { BetOutcome, Refusal } from './sending';

/** What became of a request, as far as it is known. */
export interface Placing {
  readonly asked: Asked;
  /** `unknown`: nobody has answered; `pending`: there is a bet, which is not confirmed yet. */
  readonly state: 'sending' | 'unknown' | 'pending' | 'placed' | 'refused';
  /** Null without an answer. */
  readonly bet: Bet | null;
  /** The bet delay, as far as the graph has told it; null if the bet does not wait for one. */
  readonly delay: Delay | null;
  readonly refusal: Refusal | null;
}

/** How long a bet waits on an event that has begun, by the page's own clock. */
export interface Delay {
  /** When it was heard of last. */
  readonly heardMs: number;
  readonly untilMs: number;
  /** How long it was when it was first heard of. */
  readonly ofMs: number;
}

export interface PlacerParts {
  readonly send: (asked: Asked) => Promise<BetOutcome>;
  readonly book: BetBook;
  /** Called with all that is shown, whenever that changes. */
  readonly tell: (placings: readonly Placing[]) => void;
  readonly now: () => number;
  readonly random: () => number;
}

export interface Placer {
  /** Asks for a bet, and returns what is known of it after the first answer. */
  place(request: BetRequest): Promise<Placed>;
  /** Whoever presses the button again has read why the bets before were not placed. */
  forgetRefused(): void;
  /** Asks again for what has no end yet. */
  askAgain(key: string): void;
  /** A bet of the customer's, as it stands now. */
  heard(bet: Bet): void;
  /** Something may have been missed: asks again for all that have no end. */
  askAll(): void;
  /** No longer shows those whose end is known. */
  dismiss(): void;
  stop(): void;
}

export interface Placed {
  readonly outcome: BetOutcome;
  readonly placing: Placing;
}

/** A bet that is not confirmed yet waits for some seconds, or for a wallet that is away. */
export const ASK_AGAIN: Backoff = { firstMs: 2_000, mostMs: 30_000, share: 0.5 };
/** How long a request that nobody has answered is sent again without another press: it might become a bet only then. */
export const BY_ITSELF_MS = 60_000;

/** Returns a placer that continues with what the book has open. */
export function createPlacer({ send, book, tell, now, random }: PlacerParts): Placer {
  const shown = new Map<string, Placing>();
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const tries = new Map<string, number>();
  /** Those of which nobody knew for a while what became of them, so that it has to be said. */
  const doubted = new Set(book.open().map(({ key }) => key));
  const onTheWay = new Map<string, Promise<Placed>>();
  let isStopped = false;

  function show(placing: Placing): Placing {
    if (isStopped) return placing;
    shown.set(placing.asked.key, placing);
    tell([...shown.values()]);
    return placing;
  }

  /** Two presses of one moment are one request. */
  function run(asked: Asked): Promise<Placed> {
    const running = onTheWay.get(asked.key);
    if (running !== undefined) return running;
    clearTimeout(waiting.get(asked.key));
    const begun = ask(asked).finally(() => onTheWay.delete(asked.key));
    onTheWay.set(asked.key, begun);
    return begun;
  }

  async function ask(asked: Asked): Promise<Placed> {
    if (!shown.has(asked.key)) show(begun(asked, 'sending'));
    const outcome = await send(asked);
    return { outcome, placing: take(asked, outcome) };
  }

  function take(asked: Asked, outcome: BetOutcome): Placing {
    const known = shown.get(asked.key);
    // Its end was told while the answer was on its way.
    if (known !== undefined && isOver(known)) return known;
    switch (outcome.kind) {
      case 'bet':
        return takeBet(asked, outcome.bet);
      case 'refused':
        // A graph that does not take the question says nothing of a bet that may be there.
        if (outcome.refusal.code === 'INVALID' && doubted.has(asked.key)) return stillInDoubt(asked, known);
        return ended({ ...begun(asked, 'refused'), refusal: outcome.refusal });
      case 'nowhere':
        return doubted.has(asked.key) ? stillInDoubt(asked, known) : ended(begun(asked, 'refused'));
      case 'signed-out':
        // Nobody was asked.
        return doubted.has(asked.key) ? inDoubt(asked, known) : ended(begun(asked, 'refused'));
      case 'unknown':
        return stillInDoubt(asked, known);
    }
  }

  function stillInDoubt(asked: Asked, known: Placing | undefined): Placing {
    const placing = inDoubt(asked, known);
    later(placing);
    return placing;
  }

  function inDoubt(asked: Asked, known: Placing | undefined): Placing {
    doubted.add(asked.key);
    const { bet, delay } = known ?? begun(asked, 'unknown');
    return show({ ...begun(asked, bet === null && asked.betId === null ? 'unknown' : 'pending'), bet, delay });
  }

  function takeBet(asked: Asked, bet: Bet): Placing {
    if (bet.status !== 'PENDING') return ended({ ...begun(asked, 'placed'), bet });
    doubted.add(asked.key);
    if (asked.betId === null) book.answered(asked.key, bet.id);
    const delay = delayOf(bet, shown.get(asked.key)?.delay ?? null);
    const placing = show({ ...begun({ ...asked, betId: bet.id }, 'pending'), bet, delay });
    later(placing);
    return placing;
  }

  function delayOf({ delayLeftMs }: Bet, known: Delay | null): Delay | null {
    if (delayLeftMs === null) return null;
    // It ends once, although a bet that waits for the wallet is answered with 0 each time.
    if (delayLeftMs === 0 && known !== null) return known;
    const heardMs = now();
    return { heardMs, untilMs: heardMs + delayLeftMs, ofMs: Math.max(known?.ofMs ?? 0, delayLeftMs) };
  }

  function ended(placing: Placing): Placing {
    const { key } = placing.asked;
    clearTimeout(waiting.get(key));
    waiting.delete(key);
    tries.delete(key);
    book.settle(key);
    if (placing.state === 'placed' || doubted.has(key)) return show(placing);
    // Whoever has pressed the button is told there.
    hide([key]);
    return placing;
  }

  function hide(keys: readonly string[]): void {
    for (const key of keys) shown.delete(key);
    if (!isStopped) tell([...shown.values()]);
  }

  function later({ asked, state }: Placing): void {
    if (isStopped || (state === 'unknown' && now() - asked.at > BY_ITSELF_MS)) return;
    const before = tries.get(asked.key) ?? 0;
    tries.set(asked.key, before + 1);
    clearTimeout(waiting.get(asked.key));
    waiting.set(asked.key, setTimeout(() => void run(asked), waitMs(ASK_AGAIN, before + 1, random)));
  }

  function askAgain(key: string): void {
    const placing = shown.get(key);
    if (placing === undefined || isOver(placing)) return;
    // What is asked by itself is not said each time.
    if (placing.state === 'unknown') show({ ...placing, state: 'sending' });
    void run(placing.asked);
  }

  for (const asked of book.open()) {
    const placing = show(begun(asked, asked.betId === null ? 'unknown' : 'pending'));
    // A bet is only asked about; a request that has become none would be made now.
    if (asked.betId !== null || now() - asked.at <= BY_ITSELF_MS) void run(placing.asked);
  }

  return {
    place: (request) => run(book.claim(request)),
    forgetRefused() {
      hide([...shown.values()].filter(({ state }) => state === 'refused').map(({ asked }) => asked.key));
    },
    askAgain,
    heard(bet) {
      const placing = [...shown.values()].find(({ asked }) => asked.betId === bet.id);
      if (placing === undefined) return;
      // Why it was refused is known to its key alone.
      if (bet.status === 'REFUSED') askAgain(placing.asked.key);
      else if (isOver(placing)) show({ ...placing, bet });
      else takeBet(placing.asked, bet);
    },
    askAll() {
      for (const placing of shown.values()) if (placing.state === 'pending') askAgain(placing.asked.key);
    },
    dismiss() {
      hide([...shown.values()].filter(isOver).map(({ asked }) => asked.key));
    },
    stop() {
      isStopped = true;
      for (const timer of waiting.values()) clearTimeout(timer);
    },
  };
}

/** A request of which nothing else is known. */
function begun(asked: Asked, state: Placing['state']): Placing {
  return { asked, state, bet: null, delay: null, refusal: null };
}

export function isOver({ state }: Placing): boolean {
  return state === 'placed' || state === 'refused';
}
