/** Offers that may be of one event: those that wait for a person, and what people have decided. */
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useSearchParams } from 'react-router-dom';

import { MadeDecisions } from './MadeDecisions.tsx';
import { Page } from '../operations/page/Page.tsx';
import { WaitingMatches } from './WaitingMatches.tsx';
import { WORDS } from '../words/index.ts';

const TAB = 'tab';
const DECIDED = 'decided';

export function Matches() {
  const [address, setAddress] = useSearchParams();
  const tab = address.get(TAB) === DECIDED ? DECIDED : '';

  function choose(chosen: string) {
    setAddress((last) => {
      if (chosen === '') last.delete(TAB);
      else last.set(TAB, chosen);
      return last;
    });
  }

  return (
    <Page
      title={WORDS.frame.screens.matches}
      about={WORDS.events.providersWriteSameEvent}
    >
      <Tabs value={tab} onChange={(_, chosen: string) => choose(chosen)} aria-label={WORDS.events.matches} sx={{ marginBottom: 2 }}>
        <Tab value="" label={WORDS.common.waiting} />
        <Tab value={DECIDED} label={WORDS.common.decided} />
      </Tabs>
      {tab === DECIDED ? <MadeDecisions /> : <WaitingMatches />}
    </Page>
  );
}
