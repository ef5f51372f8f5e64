/** Changes of customers whose outcome is in doubt: asked for upstream, and not answered yet. */
import { DataTable, NumberInput, SelectInput } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { KeysetList } from '../components/KeysetList.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { Page } from './page/Page.tsx';
import { age } from './page/words.ts';
import { fieldName, type FieldsOf } from '../graph/fields.ts';

import type { Intent } from '../graph/generated/operations.ts';

const field: FieldsOf<Intent> = fieldName;
const SUBGRAPHS = [
  { id: 'club', name: 'club: joining and leaving' },
  { id: 'rewards', name: 'rewards: choosing' },
];
const FILTERS = [
  <SelectInput key="subgraph" source="subgraph" label="Asked by" choices={SUBGRAPHS} alwaysOn />,
  <NumberInput key="olderThanMinutes" source="olderThanMinutes" label="Older than (min)" min={0} alwaysOn />,
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
      title="Pending intents"
      about="The intents worker asks the upstream API until the outcome is known; a change that stays here for a long time needs a person. Each access is recorded."
      problem={none}
      waiting={brand === null}
    >
      {brand !== null && (
        <KeysetList
          rows="pending intents"
          rowClick={false}
          key={brand}
          title=" "
          filter={{ brand }}
          filters={FILTERS}
          disableSyncWithLocation
        >
          <DataTable.Col source={field('createdAt')} label="Since" field={CreatedAt} disableSort />
          <DataTable.Col label="Age" disableSort render={({ createdAt }: Intent) => age(createdAt)} />
          <DataTable.Col source={field('subgraph')} label="Asked by" disableSort />
          <DataTable.Col source={field('operation')} disableSort />
          <DataTable.Col source={field('customer')} disableSort />
          <DataTable.Col source={field('waitsUntil')} label="Upstream asked to wait until" field={WaitsUntil} disableSort />
          <DataTable.Col source={field('id')} label="Key" disableSort sx={{ overflowWrap: 'anywhere' }} />
        </KeysetList>
      )}
    </Page>
  );
}
