/** Changes of customers whose outcome is in doubt: asked for upstream, and not answered yet. */
import { DataTable, NumberInput, SelectInput } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { KeysetList } from '../components/KeysetList.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { Page } from './page/Page.tsx';
import { age } from './page/words.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';
import { WORDS } from '../words/index.ts';

import type { Intent } from '../graph/generated/operations.ts';

const field: FieldsOf<Intent> = fieldName;
const SUBGRAPHS = [
  { id: 'club', name: WORDS.operations.clubJoiningAndLeaving },
  { id: 'rewards', name: WORDS.operations.rewardsChoosing },
];
const FILTERS = [
  <SelectInput key="subgraph" source="subgraph" label={WORDS.operations.askedBy} choices={SUBGRAPHS} alwaysOn />,
  <NumberInput key="olderThanMinutes" source="olderThanMinutes" label={WORDS.operations.olderThanMin} min={0} alwaysOn />,
];

function CreatedAt() {
  return <MomentField source={field('createdAt')} />;
}

/** The instant until which the upstream asked not to be called, by `Retry-After`. */
function WaitsUntil() {
  return <MomentField source={field('waitsUntil')} />;
}

export function IntentList() {
  const { brand } = useBrand();
  const none = brand === null ? NO_BRAND : '';
  return (
    <Page
      title={WORDS.frame.screens.intents}
      about={WORDS.operations.intentsWorkerAsksUpstream}
      problem={none}
      waiting={brand === null}
    >
      {brand !== null && (
        <KeysetList
          rows={WORDS.operations.pendingIntents}
          rowClick={false}
          key={brand}
          title=" "
          filter={{ brand }}
          filters={FILTERS}
          disableSyncWithLocation
        >
          <DataTable.Col source={field('createdAt')} label={WORDS.common.since} field={CreatedAt} disableSort />
          <DataTable.Col label={WORDS.operations.age} disableSort render={({ createdAt }: Intent) => age(createdAt)} />
          <DataTable.Col source={field('subgraph')} label={WORDS.operations.askedBy} disableSort />
          <DataTable.Col source={field('operation')} disableSort />
          <DataTable.Col source={field('customer')} disableSort />
          <DataTable.Col source={field('waitsUntil')} label={WORDS.operations.upstreamAskedToWaitUntil} field={WaitsUntil} disableSort />
          <DataTable.Col source={field('id')} label={WORDS.operations.key} disableSort sx={{ overflowWrap: 'anywhere' }} />
        </KeysetList>
      )}
    </Page>
  );
}
