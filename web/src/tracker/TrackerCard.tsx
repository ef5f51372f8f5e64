/** The rewards-club tracker on the slip, in each of the states it can be in. */
import type { ReactNode } from 'react';

import { ClubTracker } from './ClubTracker';
import type { Change } from '../changes/change';
import type { Notice } from '../changes/notice';
import type { Ask } from '../graphql/ask';
import type { Session } from '../session/session';
import type { Tracker } from './state';

export interface TrackerCardProps {
  readonly ask: Ask;
  readonly session: Session;
  readonly tracker: Tracker;
  readonly notice: Notice;
  readonly onChange: (change: Change) => void;
}

export function TrackerCard(props: TrackerCardProps) {
  const { tracker } = props;
  switch (tracker.kind) {
    case 'nothing':
      return null;
    case 'anonymous':
      return <Plain>Sign in to see your progress in the rewards club.</Plain>;
    case 'signed-out':
      return <Plain>Your session has ended. Sign in again to see your rewards club.</Plain>;
    case 'forbidden':
      return <Plain>You are signed in to another site, so its club is not shown here.</Plain>;
    case 'club':
      return <ClubTracker {...props} shown={tracker} />;
  }
}

function Plain({ children }: { readonly children: ReactNode }) {
  return (
    <section className="tracker tracker-plain" data-testid="tracker" aria-label="Rewards club">
      <h3>Rewards club</h3>
      <p data-testid="tracker-state">{children}</p>
    </section>
  );
}
