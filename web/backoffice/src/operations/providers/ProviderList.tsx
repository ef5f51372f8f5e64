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
import { WORDS } from '../../words/index.ts';

import type { Provider } from '../../graph/generated/operations.ts';

/** The revision in force, who does not use it, and what waits for a second person. */
function revision(one: Provider): string {
  const { revision: number, imported, kind, missing, pending, process } = one;
  if (number === 0) return kind === 'rewards' && canSwitch(one) ? WORDS.providers.unknownHere : '–';
  const source = kind === 'rewards' ? WORDS.providers.theFiles : WORDS.providers.theEnvironments;
  const lacking = missing.length === 0 ? [] : [WORDS.providers.notUsedBy({ missing: missing.map(({ node }) => node).join(', ') })];
  const unused = typeof process?.unused === 'string' ? [WORDS.providers.notUsedByItsProcess] : [];
  const waiting = pending.length === 0 ? [] : [WORDS.providers.waitingForApproval({ count: pending.length })];
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
      title={WORDS.frame.screens.providers}
      about={WORDS.providers.thoseProcessOwnFeedsBets}
      problem={problem}
      waiting={data === undefined}
      actions={
        mayChange && (
          <Button component={RouterLink} to="/providers/create" variant="outlined">
            {WORDS.providers.newProviderOfRewards}
          </Button>
        )
      }
    >
      <DataRows
        label={WORDS.common.providers}
        rows={data?.providers ?? []}
        id={({ id }) => id}
        nothing={WORDS.providers.noProviderIsKnownHere}
        filledBy={WORDS.providers.submitOneGiveBackOffice}
        columns={[
          {
            head: WORDS.common.provider,
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
            head: WORDS.common.state,
            cell: (one) => (
              <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap' }}>
                <State of={one} brief />
                <HealthChip of={one} />
              </Stack>
            ),
          },
          { head: WORDS.providers.health, cell: (one) => <Because of={one} /> },
          { head: WORDS.common.brings, cell: brings },
          { head: WORDS.common.revision, cell: revision },
          { head: WORDS.common.change, isMenu: true, cell: (one) => may && canSwitch(one) && <RowMenu about={one.id} deeds={[switchDeed(one)]} /> },
        ]}
      />
    </Page>
  );
}
