/** The screens of sports events, each shown to those who may read them. */
import { Resource } from 'react-admin';

import { Leaders } from './Leaders.tsx';
import { Matches } from './Matches.tsx';
import { OfferList } from './OfferList.tsx';
import { WORDS } from '../words/index.ts';

/** Return the resources; a function and no component, because react-admin reads the elements themselves. */
export function eventResources(may: ReadonlySet<string>) {
  if (!may.has('events.read')) return null;
  return (
    <>
      <Resource name="eventOffers" list={OfferList} options={{ label: WORDS.frame.screens.eventOffers }} />
      <Resource name="matches" list={Matches} options={{ label: WORDS.frame.screens.matches }} />
      <Resource name="leaders" list={Leaders} options={{ label: WORDS.frame.screens.leaders }} />
    </>
  );
}
