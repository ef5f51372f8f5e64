/** The widget: the club of one customer, for the element and the frame alike. */
import { useEffect, useRef, type RefObject } from 'react';

import type { Ask, ConnectLive, PreviewInput, Session } from '@furlong/client';
import { LocaleProvider, type Locale } from '../locale/locale';
import { NOTHING, type Tracker } from '../state/state';
import { usePreview } from '../state/usePreview';
import { useTracker } from '../state/useTracker';
import { TrackerCard } from '../tracker/TrackerCard';
import { NO_NOTICE } from '../changes/notice';
import { statusOf, type ClubStatus, type Slip, type Theme } from './status';

export interface WidgetProps {
  readonly ask: Ask;
  readonly live: ConnectLive | null;
  /** Null until the session is known. */
  readonly session: Session | null;
  readonly locale: Locale;
  readonly theme: Theme;
  readonly slip: Slip | null;
  readonly onStatus: (status: ClubStatus) => void;
  /** Shown in place of the club while there is none to show, because the page lacks something; else null. */
  readonly instead?: Tracker | null;
  /** Holds the function that reports a placed bet while a customer's club is shown. */
  readonly betPlacedRef: RefObject<(() => void) | null>;
}

export function Widget(props: WidgetProps) {
  const { session, locale, theme } = props;
  return (
    <LocaleProvider value={locale}>
      <div data-club-theme={theme}>
        {session === null ? <Waiting ask={props.ask} tracker={props.instead ?? NOTHING} /> : <ClubOf key={session.customer ?? ''} {...props} session={session} />}
      </div>
    </LocaleProvider>
  );
}

const NOBODY: Session = { brand: '', token: null, customer: null };

/** Keeps the reserved space. */
function Waiting({ ask, tracker }: { readonly ask: Ask; readonly tracker: Tracker }) {
  return <TrackerCard ask={ask} session={NOBODY} tracker={tracker} notice={NO_NOTICE} onChange={() => undefined} />;
}

/** Remounted for another customer, but not for another token of the same customer. */
function ClubOf({ ask, live, session, slip, instead = null, onStatus, betPlacedRef }: WidgetProps & { readonly session: Session }) {
  const controls = useTracker(ask, session, live);
  const { tracker, notice } = controls;
  const preview = usePreview(ask, session.token, inputOf(session.brand, slip, tracker), occasionOf(tracker));
  const told = useRef('');

  useEffect(() => {
    betPlacedRef.current = controls.betPlaced;
    return () => {
      betPlacedRef.current = null;
    };
  }, [betPlacedRef, controls.betPlaced]);

  useEffect(() => {
    const status = statusOf(tracker);
    const text = JSON.stringify(status);
    if (text === told.current) return;
    told.current = text;
    onStatus(status);
  }, [tracker, onStatus]);

  return (
    <TrackerCard
      ask={ask}
      session={session}
      tracker={instead !== null && tracker.kind !== 'club' ? instead : tracker}
      notice={notice}
      preview={preview}
      onChange={(wanted) => void controls.change(wanted)}
    />
  );
}

/** Null if there is nothing to preview: no slip, no club, or no progress. */
function inputOf(brand: string, slip: Slip | null, tracker: Tracker): PreviewInput | null {
  if (slip === null || tracker.kind !== 'club' || tracker.club.progress === null) return null;
  const { stakeMinor, currency, oddsMilli = null, betType = 'SINGLE', product = 'BETTING', freeBet = false, legs = [] } = slip;
  const input = { brand, stakeMinor, currency, oddsMilli, betType, product, freeBet };
  // A server of an older version knows no legs.
  return legs.length === 0 ? input : { ...input, legs: legs.map(({ selectionId, oddsMilli: milli }) => ({ selectionId, oddsMilli: milli })) };
}

/** A value that changes when a bet has counted or the membership has changed, not with every poll. */
function occasionOf(tracker: Tracker): string {
  if (tracker.kind !== 'club') return tracker.kind;
  const { progress, membership } = tracker.club;
  return `${progress?.staked.minor ?? ''}/${membership.version}`;
}
