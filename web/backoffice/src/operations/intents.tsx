/** Changes of customers whose outcome is in doubt: asked for upstream, and not answered yet. */
import { DataTable, NumberInput, SelectInput } from 'react-admin';

import { MomentField } from '../time/MomentField.tsx';

import { KeysetList } from '../components/KeysetList.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { Page } from './page/Page.tsx';
import { age } from './page/words.ts';

import type { RaRecord } from 'react-admin';

const SUBGRAPHS = [
  { id: 'club', name: 'club: joining and leaving' },
  { id: 'rewards', name: 'rewards: choosing' },
];
const FILTERS = [
  <SelectInput key="subgraph" source="subgraph" label="Asked by" choices={SUBGRAPHS} alwaysOn />,
  <NumberInput key="olderThanMinutes" source="olderThanMinutes" label="Older than (min)" min={0} alwaysOn />,
];

function CreatedAt() {
  return <MomentField source="createdAt" />;
}

/** The instant until which the upstream asked not to be called, by `Retry-After`. */
function WaitsUntil() {
  return <MomentField source="waitsUntil" />;
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
          <DataTable.Col source="createdAt" label="Since" field={CreatedAt} disableSort />
          <DataTable.Col label="Age" disableSort render={(record: RaRecord) => age(String(record['createdAt']))} />
          <DataTable.Col source="subgraph" label="Asked by" disableSort />
          <DataTable.Col source="operation" disableSort />
          <DataTable.Col source="customer" disableSort />
          <DataTable.Col source="waitsUntil" label="Upstream asked to wait until" field={WaitsUntil} disableSort />
          <DataTable.Col source="id" label="Key" disableSort sx={{ overflowWrap: 'anywhere' }} />
        </KeysetList>
      )}
    </Page>
  );
}
