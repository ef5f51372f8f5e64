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

/** Return the resources of cases, which support may read as well; a function, as below. */
export function caseResources(may: ReadonlySet<string>) {
  if (!may.has('operations.cases')) return null;
  return (
    <>
      <Resource name="lateBets" list={LateBets} options={{ label: 'Late bets' }} />
      <Resource name="heldRewards" list={HeldRewards} options={{ label: 'Held rewards' }} />
    </>
  );
}

/** Return the resources; a function and no component, because react-admin reads the elements themselves. */
export function operationsResources(may: ReadonlySet<string>) {
  if (!may.has('operations.read')) return null;
  return (
    <>
      <Resource name="switches" list={KillSwitches} options={{ label: 'Kill switches' }} />
      <Resource name="rewardStatus" list={RewardStatuses} options={{ label: 'Reward status' }} />
      <Resource name="providers" list={ProviderList} show={ProviderShow} {...(may.has('operations.provider') ? { create: ProviderCreate } : {})} options={{ label: 'Providers' }} />
      <Resource name="weeks" list={Weeks} options={{ label: 'Weeks' }} />
      <Resource name="backlog" list={BacklogPage} options={{ label: 'Lag' }} />
      <Resource name="deadLetters" list={DeadLetterList} show={DeadLetterShow} options={{ label: 'Dead letters' }} />
      <Resource name="intents" list={IntentList} options={{ label: 'Pending intents' }} />
      <Resource name="nodes" list={Nodes} options={{ label: 'Nodes' }} />
      <Resource name="brands" list={BrandList} show={BrandShow} options={{ label: 'Brands' }} />
    </>
  );
}
