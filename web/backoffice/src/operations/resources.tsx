/** The screens of operations, each shown to those who may read operations. */
import Adjust from '@mui/icons-material/Adjust';
import Block from '@mui/icons-material/Block';
import DateRange from '@mui/icons-material/DateRange';
import Dns from '@mui/icons-material/Dns';
import MarkEmailUnread from '@mui/icons-material/MarkEmailUnread';
import Pending from '@mui/icons-material/Pending';
import Paid from '@mui/icons-material/Paid';
import Palette from '@mui/icons-material/Palette';
import Speed from '@mui/icons-material/Speed';
import { Resource } from 'react-admin';

import { BacklogPage } from './backlog.tsx';
import { BrandList } from './brands/BrandList.tsx';
import { BrandShow } from './brands/BrandShow.tsx';
import { DeadLetterList, DeadLetterShow } from './deadLetters.tsx';
import { IntentList } from './intents.tsx';
import { KillSwitches } from './killSwitches.tsx';
import { Nodes } from './nodes.tsx';
import { ProviderCreate, ProviderShow } from './providers/ProviderShow.tsx';
import { ProviderList } from './providers/ProviderList.tsx';
import { RewardStatuses } from './rewardStatuses.tsx';
import { Weeks } from './weeks.tsx';

/** Return the resources; a function and no component, because react-admin reads the elements themselves. */
export function operationsResources(may: ReadonlySet<string>) {
  if (!may.has('operations.read')) return null;
  return (
    <>
      <Resource name="switches" icon={Block} list={KillSwitches} options={{ label: 'Kill switches' }} />
      <Resource name="rewardStatus" icon={Adjust} list={RewardStatuses} options={{ label: 'Reward status' }} />
      <Resource name="providers" icon={Paid} list={ProviderList} show={ProviderShow} {...(may.has('operations.provider') ? { create: ProviderCreate } : {})} options={{ label: 'Providers' }} />
      <Resource name="weeks" icon={DateRange} list={Weeks} options={{ label: 'Weeks' }} />
      <Resource name="backlog" icon={Speed} list={BacklogPage} options={{ label: 'Lag' }} />
      <Resource name="deadLetters" icon={MarkEmailUnread} list={DeadLetterList} show={DeadLetterShow} options={{ label: 'Dead letters' }} />
      <Resource name="intents" icon={Pending} list={IntentList} options={{ label: 'Pending intents' }} />
      <Resource name="nodes" icon={Dns} list={Nodes} options={{ label: 'Nodes' }} />
      <Resource name="brands" icon={Palette} list={BrandList} show={BrandShow} options={{ label: 'Brands' }} />
    </>
  );
}
