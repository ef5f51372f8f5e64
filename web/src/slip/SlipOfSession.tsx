/** The bet-slip of one session, connected to the tracker of the same session. */
import { useState } from 'react';

import { BetSlip } from './BetSlip';
import { placeBet, type Placed } from './place';
import { parseStake } from './stake';
import { usePreview } from './usePreview';
import type { Runner, Selection } from './race';
import type { Ask } from '../graphql/ask';
import type { PreviewInput } from '../graphql/operations';
import type { Session } from '../session/session';
import { TrackerCard } from '../tracker/TrackerCard';
import { useTracker } from '../tracker/useTracker';
import type { Tracker } from '../tracker/state';

interface SlipOfSessionProps {
  readonly ask: Ask;
  readonly session: Session;
  /** Whether the server of this page accepts bets. */
  readonly placesBets: boolean;
  readonly selection: Selection;
}

const DEFAULT_CURRENCY = 'GBP';

export function SlipOfSession({ ask, session, placesBets, selection }: SlipOfSessionProps) {
  const { runner } = selection;
  const { tracker, notice, change, betPlaced } = useTracker(ask, session);
  const [typed, setTyped] = useState('5.00');
  const [nowhere, setNowhere] = useState(!placesBets);
  const progress = tracker.kind === 'club' ? tracker.club.progress : null;
  const currency = progress?.target.currency ?? DEFAULT_CURRENCY;
  const input = previewInput(session, tracker, typed, runner);
  const preview = usePreview(ask, session.token, input, occasionOf(tracker));

  async function place(stakeMinor: number): Promise<Placed> {
    if (session.token === null) return { kind: 'failed' };
    const placed = await placeBet(fetch, session.token, { stakeMinor, oddsMilli: runner.oddsMilli, betType: 'single' });
    if (placed.kind === 'placed') betPlaced();
    if (placed.kind === 'nowhere') setNowhere(true);
    return placed;
  }

  return (
    <BetSlip
      selection={selection}
      currency={currency}
      typed={typed}
      onType={setTyped}
      preview={preview}
      target={progress?.target.display ?? null}
      closed={whyClosed(nowhere, session)}
      onPlace={place}
    >
      <TrackerCard ask={ask} session={session} tracker={tracker} notice={notice} onChange={(wanted) => void change(wanted)} />
    </BetSlip>
  );
}

function whyClosed(nowhere: boolean, session: Session): string | null {
  if (nowhere) return 'Placing bets is the betting site’s job; nothing here takes them.';
  return session.token === null ? 'Sign in to place a bet.' : null;
}

/** Null if there is nothing to preview: no club, no progress, or no stake. */
function previewInput(session: Session, tracker: Tracker, typed: string, runner: Runner): PreviewInput | null {
  const progress = tracker.kind === 'club' ? tracker.club.progress : null;
  const stakeMinor = parseStake(typed);
  if (progress === null || stakeMinor === null) return null;
  return {
    brand: session.brand,
    stakeMinor,
    currency: progress.target.currency,
    oddsMilli: runner.oddsMilli,
    betType: 'SINGLE',
    product: 'BETTING',
  };
}

/** A value that changes when a bet has counted or the membership has changed, not with every poll. */
function occasionOf(tracker: Tracker): string {
  if (tracker.kind !== 'club') return tracker.kind;
  const { progress, membership } = tracker.club;
  return `${progress?.staked.minor ?? ''}/${membership.version}`;
}
