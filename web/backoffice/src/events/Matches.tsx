/** Offers that may be of one event: those that wait for a person, and what people have decided. */
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useSearchParams } from 'react-router-dom';

import { MadeDecisions } from './MadeDecisions.tsx';
import { Page } from '../operations/page/Page.tsx';
import { WaitingMatches } from './WaitingMatches.tsx';

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
      title="Matches"
      about="Providers write the same event differently. What is surely one event is joined automatically; what is only similar waits here for a person, and the event that was known first is shown meanwhile."
    >
      <Tabs value={tab} onChange={(_, chosen: string) => choose(chosen)} aria-label="Matches" sx={{ marginBottom: 2 }}>
        <Tab value="" label="Waiting" />
        <Tab value={DECIDED} label="Decided" />
      </Tabs>
      {tab === DECIDED ? <MadeDecisions /> : <WaitingMatches />}
    </Page>
  );
}
