/** The screens of operations, each shown to those who may read operations. */
import { Resource } from 'react-admin';

import { BacklogPage } from './backlog.tsx';
import { BrandList } from './brands/BrandList.tsx';
import { BrandShow } from './brands/BrandShow.tsx';
import { HeldRewards, LateBets } from './cases.tsx';
import { DeadLetterList, DeadLetterShow } from './deadLetters.tsx';
import { IntentList } from './intents.tsx';
import { KillSwitches } from './killSwitches.tsx';
import { Nodes } from './nodes.tsx';
import { ProviderCreate, ProviderShow } from './providers/ProviderShow.tsx';
import { ProviderList } from './providers/ProviderList.tsx';
import { RewardStatuses } from './rewardStatuses.tsx';
import { Weeks } from './weeks.tsx';
import { WORDS } from '../words/index.ts';

/** Return the resources of cases, which support may read as well; a function, as below. */
export function caseResources(may: ReadonlySet<string>) {
  if (!may.has('operations.cases')) return null;
  return (
    <>
      <Resource name="lateBets" list={LateBets} options={{ label: WORDS.frame.screens.lateBets }} />
      <Resource name="heldRewards" list={HeldRewards} options={{ label: WORDS.frame.screens.heldRewards }} />
    </>
  );
}

/** Return the resources; a function and no component, because react-admin reads the elements themselves. */
export function operationsResources(may: ReadonlySet<string>) {
  if (!may.has('operations.read')) return null;
  return (
    <>
      <Resource name="switches" list={KillSwitches} options={{ label: WORDS.frame.screens.switches }} />
      <Resource name="rewardStatus" list={RewardStatuses} options={{ label: WORDS.frame.screens.rewardStatus }} />
      <Resource name="providers" list={ProviderList} show={ProviderShow} {...(may.has('operations.provider') ? { create: ProviderCreate } : {})} options={{ label: WORDS.frame.screens.providers }} />
      <Resource name="weeks" list={Weeks} options={{ label: WORDS.frame.screens.weeks }} />
      <Resource name="backlog" list={BacklogPage} options={{ label: WORDS.frame.screens.backlog }} />
      <Resource name="deadLetters" list={DeadLetterList} show={DeadLetterShow} options={{ label: WORDS.frame.screens.deadLetters }} />
      <Resource name="intents" list={IntentList} options={{ label: WORDS.frame.screens.intents }} />
      <Resource name="nodes" list={Nodes} options={{ label: WORDS.frame.screens.nodes }} />
      <Resource name="brands" list={BrandList} show={BrandShow} options={{ label: WORDS.frame.screens.brands }} />
    </>
  );
}
