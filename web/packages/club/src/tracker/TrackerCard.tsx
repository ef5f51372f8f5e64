/** The rewards club on the slip in all its states: a line and a bar in reserved space, and details on tap. */
import { useMemo, type ReactNode } from 'react';

import { brandTheme } from './brandTheme';
import { ClubTracker, type ClubTrackerProps } from './ClubTracker';
import { sentenceForIneligible, standingOf } from './standing';
import { LocaleProvider, useLocale } from '../locale/locale';
import type { Tracker } from '../state/state';
import type { Messages } from '../messages/messages';

export interface TrackerCardProps extends Omit<ClubTrackerProps, 'shown'> {
  readonly tracker: Tracker;
}

/** Reserves the space from the start, so that nothing below it moves; none once it is known that nothing is shown. */
export function TrackerCard(props: TrackerCardProps) {
  const { tag, direction, words } = useLocale();
  const content = contentOf(props, words);
  const isHidden = content === null && props.tracker.kind !== 'nothing';
  return (
    <div className="club" lang={tag} dir={direction} hidden={isHidden} data-blank={content === null} style={brandTheme(props.tracker)}>
      {content}
    </div>
  );
}

/** Null if nothing is shown. */
function contentOf(props: TrackerCardProps, words: Messages): ReactNode {
  const { tracker } = props;
  switch (tracker.kind) {
    case 'nothing':
      return null;
    case 'anonymous':
    case 'signed-out':
    case 'forbidden':
      return <Plain>{words.plain[tracker.kind]}</Plain>;
    case 'unreached':
      // No heading: the customer may be one to whom rewards are never shown.
      return (
        <p className="club-soft" data-testid="unreached">
          {words.clubUnreached}
        </p>
      );
    case 'to-set-up':
      return (
        <p className="club-soft" lang="en" dir="ltr" data-testid="advice">
          {tracker.advice}
        </p>
      );
    case 'club': {
      if (!standingOf(tracker.club).barred) return <InZoneOfBrand {...props} shown={tracker} />;
      const sentence = sentenceForIneligible(tracker.club.membership.blockedReason, words);
      return sentence === null ? null : <Plain state="INELIGIBLE">{sentence}</Plain>;
    }
  }
}

/** The brand's times, in its own zone. */
function InZoneOfBrand(props: ClubTrackerProps) {
  const locale = useLocale();
  const { timeZone } = props.shown.club.brand;
  const inZone = useMemo(() => locale.inZone(timeZone), [locale, timeZone]);
  return (
    <LocaleProvider value={inZone}>
      <ClubTracker {...props} />
    </LocaleProvider>
  );
}

function Plain({ state, children }: { readonly state?: string; readonly children: ReactNode }) {
  const { words } = useLocale();
  return (
    <section className="club-plain" data-testid="tracker" aria-label={words.club}>
      <h3>{words.club}</h3>
      <p data-testid="tracker-state" data-state={state}>
        {children}
      </p>
    </section>
  );
}
