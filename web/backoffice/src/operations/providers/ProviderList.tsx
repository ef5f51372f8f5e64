/** All providers: what each brings, how it is, and the revision of its configuration. */
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router-dom';

import { DataRows } from '../page/DataRows.tsx';
import { Page } from '../page/Page.tsx';
import { RowMenu } from '../../components/RowMenu.tsx';
import { word } from '../../money/amounts.ts';
import { offered } from './provider.ts';
import { Because, canSwitch, HealthChip, State, switchDeed } from './State.tsx';
import { useMay } from '../page/may.ts';
import { usePolled } from '../page/usePolled.ts';
import { PROVIDERS } from '../../graph/generated/operations.ts';

import type { Provider } from '../../graph/generated/operations.ts';

/** The revision in force, who does not use it, and what waits for a second person. */
function revision(one: Provider): string {
  const { revision: number, imported, kind, missing, pending, process } = one;
  if (number === 0) return kind === 'rewards' && canSwitch(one) ? 'unknown here' : '–';
  const source = kind === 'rewards' ? 'the file’s' : 'the environment’s';
  const lacking = missing.length === 0 ? [] : [`not used by ${missing.map(({ node }) => node).join(', ')}`];
  const unused = typeof process?.unused === 'string' ? ['not used by its process'] : [];
  const waiting = pending.length === 0 ? [] : [`${pending.length} waiting for approval`];
  return [imported ? `${number}, ${source}` : String(number), ...lacking, ...unused, ...waiting].join('; ');
}

function brings(one: Provider): string {
  return one.configuration === null ? word(one.capabilities.join(', ')) : offered(one);
}

export function ProviderList() {
  const { data, problem } = usePolled(PROVIDERS, {}, 3);
  const may = useMay('operations.switch');
  const mayChange = useMay('operations.provider');
  return (
    <Page
      title="Providers"
      about="Those with a process of their own, feeds of bets, and those that pay rewards, in the order in which they are considered. A second person approves each change of a configuration, which then applies on all nodes, or in the adapter’s process."
      problem={problem}
      waiting={data === undefined}
      actions={
        mayChange && (
          <Button component={RouterLink} to="/providers/create" variant="outlined">
            New provider of rewards
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
            cell: ({ id, kind }) => (
              <>
                <Link component={RouterLink} to={`/providers/${id}/show`}>
                  {id}
                </Link>
                <Typography variant="caption" color="textSecondary" component="div">
                  {word(kind)}
                </Typography>
              </>
            ),
          },
          {
            head: 'State',
            cell: (one) => (
              <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
                <State of={one} brief />
                <HealthChip of={one} />
              </Stack>
            ),
          },
          { head: 'Health', cell: (one) => <Because of={one} /> },
          { head: 'Brings', cell: brings },
          { head: 'Revision', cell: revision },
          { head: 'Change', isMenu: true, cell: (one) => may && canSwitch(one) && <RowMenu about={one.id} deeds={[switchDeed(one)]} /> },
        ]}
      />
    </Page>
  );
}
