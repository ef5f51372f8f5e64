/** The rewards-club tracker on the slip, in each of its states. */
import type { ReactNode } from 'react';

import { ClubTracker, type ClubTrackerProps } from './ClubTracker';
import type { Tracker } from './state';

interface TrackerCardProps extends Omit<ClubTrackerProps, 'shown'> {
  readonly tracker: Tracker;
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
