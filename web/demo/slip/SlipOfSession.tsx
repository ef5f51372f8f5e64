/** The bet-slip of one session, connected to the tracker of the same session. */
import type { Ask, ConnectLive, PreviewInput, Session } from '@furlong/client';
import {
  formatTyped,
  readAmount,
  TrackerCard,
  useLocale,
  usePreview,
  useTracker,
  type Tracker,
} from '@furlong/club';
import { useState } from 'react';

import type { Board } from '../events/board';
import { type Picked, standingOf } from '../events/picked';
import { slipWords, type SlipWords } from '../messages';
import { keysOfBets } from '../session/remembered';
import { BetSlip } from './BetSlip';
import { type Bet, placeOnce, type Placed } from './place';

interface SlipOfSessionProps {
  readonly ask: Ask;
  readonly live: ConnectLive;
  readonly session: Session;
  /** Whether the server of this page accepts bets. */
  readonly placesBets: boolean;
  readonly board: Board;
  /** What is picked is the customer's own from now on. */
  readonly onChoose: () => void;
  /** Takes the present odds of what is picked. */
  readonly onAccept: () => void;
  /** What was picked is not as it was shown, so that it is to be read again. */
  readonly onRefused: () => void;
}

const DEFAULT_CURRENCY = 'GBP';
const FIRST_STAKE_MINOR = 500;

export function SlipOfSession(props: SlipOfSessionProps) {
  const { ask, live, session, placesBets, board, onChoose, onAccept, onRefused } = props;
  const { picked, prices } = board;
  const standing = picked === null ? null : standingOf(picked, prices);
  const { tracker, notice, change, betPlaced } = useTracker(ask, session, live);
  const locale = useLocale();
  const [typed, setTyped] = useState(() => formatTyped(FIRST_STAKE_MINOR, DEFAULT_CURRENCY, locale.tag));
  const [keys] = useState(() => keysOfBets(session));
  const [nowhere, setNowhere] = useState(!placesBets);
  const progress = tracker.kind === 'club' ? tracker.club.progress : null;
  const currency = progress?.target.currency ?? DEFAULT_CURRENCY;
  const read = readAmount(typed, currency, locale.tag);
  const input = previewInput(session, tracker, read.kind === 'amount' ? read.minor : null, picked);
  const preview = usePreview(ask, session.token, input, occasionOf(tracker));

  async function place(bet: Bet): Promise<Placed> {
    if (session.token === null) return { kind: 'failed' };
    const placed = await placeOnce(fetch, keys, session.token, bet, locale.tag);
    if (placed.kind === 'refused') onRefused();
    if (placed.kind === 'placed') betPlaced();
    if (placed.kind === 'nowhere') setNowhere(true);
    return placed;
  }

  return (
    <BetSlip
      picked={picked}
      standing={standing}
      currency={currency}
      typed={typed}
      onType={setTyped}
      onChoose={onChoose}
      closed={whyClosed(nowhere, session, slipWords(locale))}
      onAccept={onAccept}
      onPlace={place}
    >
      <TrackerCard
        ask={ask}
        session={session}
        tracker={tracker}
        notice={notice}
        preview={preview}
        onChange={(wanted) => void change(wanted)}
      />
    </BetSlip>
  );
}

function whyClosed(nowhere: boolean, session: Session, words: SlipWords): string | null {
  if (nowhere) return words.nowhere;
  return session.token === null ? words.signIn : null;
}

/** Null if there is nothing to preview: no club, no progress, no stake, or no selection. */
function previewInput(
  session: Session,
  tracker: Tracker,
  stakeMinor: number | null,
  picked: Picked | null,
): PreviewInput | null {
  const progress = tracker.kind === 'club' ? tracker.club.progress : null;
  if (progress === null || stakeMinor === null || !picked?.seen) return null;
  return {
    brand: session.brand,
    stakeMinor,
    currency: progress.target.currency,
    betType: 'SINGLE',
    product: 'BETTING',
    legs: [{ selectionId: picked.offer.selection.id, oddsMilli: picked.seen.milli }],
  };
}

/** A value that changes when a bet has counted or the membership has changed, not with every poll. */
function occasionOf(tracker: Tracker): string {
  if (tracker.kind !== 'club') return tracker.kind;
  const { progress, membership } = tracker.club;
  return `${progress?.staked.minor ?? ''}/${membership.version}`;
}
