/** The providers in the order in which they are asked: their revision, their health, and what waits for them. */
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import { Link as RouterLink } from 'react-router-dom';

import { DataRows } from '../page/DataRows.tsx';
import { Page } from '../page/Page.tsx';
import { offered, waits } from './provider.ts';
import { State, SwitchButton } from './State.tsx';
import { useMay } from '../page/may.ts';
import { usePolled } from '../page/usePolled.ts';
import { PROVIDERS } from '../../graph/generated/operations.ts';

import type { Provider } from '../../graph/generated/operations.ts';

/** Health in a word: what is wrong anywhere, or that nothing is. */
function health({ health: all }: Provider): string {
  if (all.length === 0) return 'no node reports';
  const wrong = all.filter(({ alive, circuit, problem }) => !alive || circuit !== 'closed' || problem !== null);
  return wrong.length === 0 ? `well on ${all.length}` : `trouble on ${wrong.length} of ${all.length}`;
}

function revision({ revision: number, imported }: Provider): string {
  if (number === 0) return 'unknown here';
  return imported ? `${number}, the file’s` : String(number);
}

export function ProviderList() {
  const { data, problem } = usePolled(PROVIDERS, {}, 3);
  const may = useMay('operations.switch');
  const mayChange = useMay('operations.provider');
  return (
    <Page
      title="Providers"
      about="In the order in which they are considered. A second person approves each change of a configuration, which then applies on all nodes; secrets are shown by name only."
      problem={problem}
      waiting={data === undefined}
      actions={
        mayChange && (
          <Button component={RouterLink} to="/providers/create" variant="outlined">
            New provider
          </Button>
        )
      }
    >
      <DataRows
        label="Providers"
        rows={data?.providers ?? []}
        id={({ id }) => id}
        nothing="No provider is known here."
        filledBy="Submit one, or give the back office FURLONG_FULFILMENT_PROVIDERS, as the workers have it."
        columns={[
          {
            head: 'Provider',
            cell: ({ id }) => (
              <Link component={RouterLink} to={`/providers/${id}/show`}>
                {id}
              </Link>
            ),
          },
          { head: 'State', cell: (one) => <State of={one} /> },
          { head: 'Revision', cell: revision },
          { head: 'Health', cell: health },
          { head: 'Not used by', cell: ({ missing }) => missing.map(({ node }) => node).join(', ') || '–' },
          { head: 'Approval', cell: ({ pending }) => (pending.length === 0 ? '–' : `${pending.length} waiting`) },
          { head: 'Rewards', cell: waits },
          { head: 'Pays', cell: offered },
          { head: 'Change', cell: (one) => may && <SwitchButton of={one} /> },
        ]}
      />
    </Page>
  );
}
