/** Joining the club: the terms, and the button. */
import { useEffect, useId, useRef } from 'react';

import { type Ask, type Change, type Club, type Session, TERMS } from '@furlong/client';
import { useLocale } from '../locale/locale';
import { useOnDemand } from '../state/useOnDemand';
import { ActionButton } from '../tracker/ActionButton';
import { NewTabLink } from '../tracker/NewTabLink';
import { showInMiddle } from '../ui/inView';

interface JoiningProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly club: Club;
  readonly whyNot: string | null;
  /** Whether it was asked for by a button, which is gone by now. */
  readonly takesFocus: boolean;
  readonly onChange: (change: Change) => void;
}

export function Joining({ ask, session, club, whyNot, takesFocus, onChange }: JoiningProps) {
  const { terms, membership } = club;
  const { words } = useLocale();
  const reasonId = useId();
  // The summary is requested here only, so that the bet-slip's query stays small.
  const { data } = useOnDemand(ask, TERMS, { brand: session.brand }, session.token, terms.version);
  const summary = data?.club?.terms.summary ?? words.joining;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!takesFocus) return;
    box.current?.focus({ preventScroll: true });
    showInMiddle(box.current);
  }, [takesFocus]);
  const refused = whyNot === null && !membership.canOptIn;
  return (
    <div className="club-joining" ref={box} tabIndex={-1}>
      <p>
        <bdi>{summary}</bdi> <NewTabLink href={terms.url}>{words.readTerms}</NewTabLink>
      </p>
      <ActionButton
        className="club-primary"
        testid="opt-in"
        why={refused ? reasonId : whyNot}
        onPress={() => onChange({ kind: 'opt-in', brand: session.brand, termsVersion: terms.version })}
      >
        {words.join}
      </ActionButton>
      {refused && (
        <p className="club-soft" id={reasonId}>
          {words.whyNoJoining}
        </p>
      )}
    </div>
  );
}
