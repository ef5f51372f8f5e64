/** The bet-slip of one session, connected to the tracker of the same session. */
import type { Ask, ConnectLive, PreviewInput, Session } from '@furlong/client';
import { TrackerCard, TrackerStrip, useLocale, useOffline, usePreview, useTracker, type Tracker } from '@furlong/club';
import { useLayoutEffect, useRef, useState } from 'react';

import type { FreeBet } from '../betting/freeBets';
import type { Placed, Placing } from '../betting/placer';
import { LandedBet } from '../betting/LandedBet';
import { Receipts } from '../betting/Receipts';
import { type BetRequest, totalMinor } from '../betting/request';
import type { BetOutcome, Refusal } from '../betting/sending';
import { type Answered, mayGoOn, toldOf } from '../betting/telling';
import { usePlacing } from '../betting/usePlacing';
import { betWords } from '../betting/words';
import { comingBack } from '../events/board';
import type { BoardControls } from '../events/useBoard';
import type { Part } from '../money/parts';
import { slipWords, type SlipWords } from '../messages';
import { useBeside } from '../site/useBeside';
import { BetSlip, type Told } from './BetSlip';
import { useSlip } from './useSlip';

interface SlipOfSessionProps {
  readonly ask: Ask;
  readonly live: ConnectLive;
  readonly session: Session;
  /** Whether bets are shown: else only the club is. */
  readonly isShown: boolean;
  /** The currency of the customer's account; null while it is not known. */
  readonly currency: string | null;
  /** The customer's, which may pay for a bet. */
  readonly freeBets: readonly FreeBet[];
  readonly controls: BoardControls;
  readonly onBets: () => void;
  readonly onMoney: (part: Part) => void;
  /** Money may have moved. */
  readonly onPlaced: () => void;
}

const DEFAULT_CURRENCY = 'GBP';

export function SlipOfSession(props: SlipOfSessionProps) {
  const { ask, live, session, controls, isShown } = props;
  const locale = useLocale();
  const { tracker, notice, change, betPlaced } = useTracker(ask, session, live);
  const [isNowhere, setNowhere] = useState(false);
  const placing = usePlacing({ ask, live }, session);
  const { placings } = placing;
  const progress = tracker.kind === 'club' ? tracker.club.progress : null;
  const currency = props.currency ?? progress?.target.currency ?? DEFAULT_CURRENCY;
  const slip = useSlip({ board: controls.board, currency, locale, freeBets: props.freeBets });
  const isUnanswered = placings.some(({ state }) => state === 'unknown' || state === 'sending');
  // What is being placed may have been counted already.
  const input = isUnanswered ? null : previewInput(session, tracker, slip.requests);
  const preview = usePreview(ask, session.token, input, occasionOf(tracker));
  const hasStrip = !useBeside() && isShown;
  const isOffline = useOffline() !== null;
  const words = slipWords(locale);

  useEnds(placings, {
    taken(request) {
      controls.taken(request.legs.map(({ selectionId }) => selectionId));
      if (request.freeBetId !== undefined) slip.payWith(null);
    },
    refused(request, refusal) {
      const back = comingBack(controls.board, request.legs);
      if (back !== null) {
        controls.restore(back);
        slip.restore(request);
      }
      controls.reprice(refusal?.changed ?? []);
      // What is asked for has the selection only after this.
      setTimeout(controls.refresh);
      props.onPlaced();
    },
    placed() {
      betPlaced();
      props.onPlaced();
    },
  });

  /** One after the other, because each may need what the one before has left of the money. */
  async function place(requests: readonly BetRequest[]): Promise<Told | null> {
    placing.forgetRefused();
    const answers: Answered[] = [];
    let isGoingOn = true;
    for (const request of requests) {
      const placed: Placed | null = isGoingOn ? await placing.place(request) : null;
      const outcome: BetOutcome | null = placed?.outcome ?? null;
      answers.push({ request, outcome });
      isGoingOn = outcome !== null && mayGoOn(outcome);
      if (outcome?.kind === 'refused') {
        controls.reprice(outcome.refusal.changed);
        controls.refresh();
        // What paid for another bet, or has expired, is no longer offered.
        if (request.freeBetId !== undefined) props.onPlaced();
      }
      if (outcome?.kind === 'nowhere') setNowhere(true);
    }
    return toldOf(answers, locale);
  }

  const card = (
    <TrackerCard
      ask={ask}
      session={session}
      tracker={tracker}
      notice={notice}
      preview={isShown ? preview : null}
      meterElsewhere={hasStrip}
      onChange={(wanted) => void change(wanted)}
    />
  );
  if (!isShown) return <div className="club-alone">{card}</div>;
  return (
    <BetSlip
      slip={slip}
      closed={(isOffline ? words.offlineBet : whyClosed(isNowhere, session, words)) ?? (isUnanswered ? betWords(locale).checkFirst : null)}
      onChoose={controls.choose}
      onAccept={controls.accept}
      onRemove={controls.remove}
      onEmpty={controls.empty}
      onMoney={props.onMoney}
      onPlace={place}
      receipts={
        <Receipts
          placings={placings}
          landed={(bet) => <LandedBet ask={ask} session={session} tracker={tracker} betId={bet.id} />}
          onAskAgain={placing.askAgain}
          onDone={placing.dismiss}
          onBets={props.onBets}
          onMoney={props.onMoney}
        />
      }
      strip={hasStrip && session.customer !== null ? <TrackerStrip tracker={tracker} /> : null}
    >
      {card}
    </BetSlip>
  );
}

function whyClosed(isNowhere: boolean, session: Session, words: SlipWords): string | null {
  if (isNowhere) return words.nowhere;
  return session.token === null ? words.signIn : null;
}

interface Ends {
  /** There is a bet, so that its selections leave the slip. */
  readonly taken: (request: BetRequest) => void;
  /** The bet is made. */
  readonly placed: () => void;
  /** There was a bet, and it was not placed after all. */
  readonly refused: (request: BetRequest, refusal: Refusal | null) => void;
}

/**
 * Calls what follows when a bet is first known to be there, when it is made, and when it is refused after all: before
 * anything is painted, so that the slip never offers a bet that was placed.
 */
function useEnds(placings: readonly Placing[], ends: Ends): void {
  const known = useRef(new Map<string, Placing['state']>());
  useLayoutEffect(() => {
    for (const { asked, state, refusal } of placings) {
      const before = known.current.get(asked.key);
      known.current.set(asked.key, state);
      if (before === state) continue;
      if (state === 'refused' && before === 'pending') ends.refused(asked.request, refusal);
      if (state !== 'pending' && state !== 'placed') continue;
      if (before !== 'pending') ends.taken(asked.request);
      if (state === 'placed') ends.placed();
    }
  });
}

/** Null if there is nothing to preview: no club, no progress, no stake, or not one bet. */
function previewInput(session: Session, tracker: Tracker, requests: readonly BetRequest[]): PreviewInput | null {
  const progress = tracker.kind === 'club' ? tracker.club.progress : null;
  const [request] = requests;
  if (progress === null || request === undefined || requests.length > 1) return null;
  return {
    brand: session.brand,
    stakeMinor: totalMinor(request),
    currency: progress.target.currency,
    betType: request.legs.length > 1 ? 'MULTIPLE' : 'SINGLE',
    product: 'BETTING',
    freeBet: request.freeBetId !== undefined,
    legs: request.legs.map(({ selectionId, oddsMilli }) => ({ selectionId, oddsMilli })),
  };
}

/** A value that changes when a bet has counted or the membership has changed, not with every poll. */
function occasionOf(tracker: Tracker): string {
  if (tracker.kind !== 'club') return tracker.kind;
  const { progress, membership } = tracker.club;
  return `${progress?.staked.minor ?? ''}/${membership.version}`;
}
