/** A provider: its health on each node, its configuration with what waits for approval, and its revisions. */
import Alert from '@mui/material/Alert';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useNavigate, useParams, Link as RouterLink } from 'react-router-dom';

import { ConfigurationForm } from './ConfigurationForm.tsx';
import { HealthTable } from './HealthTable.tsx';
import { NEW, limits, offered, waits } from './provider.ts';
import { Page } from '../page/Page.tsx';
import { Revisions } from './Revisions.tsx';
import { canSwitch, Health, State, SwitchButton } from './State.tsx';
import { useMay } from '../page/may.ts';
import { usePolled } from '../page/usePolled.ts';
import { READ_PROVIDER } from '../../graph/generated/operations.ts';

import type { Provider } from '../../graph/generated/operations.ts';

export function ProviderCreate() {
  const navigate = useNavigate();
  return (
    <Page title="New provider" about="Another person approves it; until then nothing is sent to it.">
      <ConfigurationForm provider="" seen={0} from={NEW} onDone={() => void navigate('/providers')} />
    </Page>
  );
}

export function ProviderShow() {
  const { id = '' } = useParams();
  const { data, problem, refresh } = usePolled(READ_PROVIDER, { id }, 3);
  const may = useMay('operations.switch');
  const provider = data?.provider;
  return (
    <Page title={`Provider ${id}`} problem={problem} waiting={provider === undefined} actions={provider !== undefined && may && canSwitch(provider) && <SwitchButton of={provider} />}>
      {provider !== undefined && (provider.kind === 'rewards' ? <Parts provider={provider} onChanged={refresh} /> : <Process provider={provider} />)}
    </Page>
  );
}

/** A provider that is configured where it runs: by settings of its process. */
function Process({ provider }: { readonly provider: Provider }) {
  const { id, kind, runsIn, capabilities } = provider;
  return (
    <Stack spacing={3}>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <State of={provider} />
        <Health of={provider} />
      </Stack>
      <Typography>
        Its kind is {kind}; it brings {capabilities.join(', ')}.
      </Typography>
      <Typography>
        It runs in <code>{runsIn}</code>, and is configured by the settings of that process: <code>furlong provider show {id}</code> shows them, and <code>furlong provider test {id}</code> tries them.
      </Typography>
    </Stack>
  );
}

function Parts({ provider, onChanged }: { readonly provider: Provider; readonly onChanged: () => void }) {
  const may = useMay('operations.provider');
  const { id, revision, imported, endpoint, configuration, adapterKinds, missing, pending } = provider;
  return (
    <Stack spacing={3}>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <State of={provider} />
        <Typography>{revision === 0 ? 'Its configuration is not known here: nodes use their files.' : imported ? 'As in the workers’ file.' : `Revision ${revision} is in force.`}</Typography>
        <Typography>Rewards: {waits(provider)}.</Typography>
      </Stack>
      {pending.map((one) => (
        <Alert key={one.id} severity="info">
          {one.proposedBy} proposed a change, which waits for another person: {one.reason}{' '}
          <Link component={RouterLink} to={`/approvals/${one.id}/show`}>
            Look at it
          </Link>
        </Alert>
      ))}
      {missing.map(({ node, reason }) => (
        <Alert key={node} severity={reason === null ? 'info' : 'warning'}>
          {node} does not use revision {revision}: {reason ?? 'it has not acknowledged it yet'}
        </Alert>
      ))}
      <Typography>
        Pays {offered(provider)}. Its adapter can ask for {adapterKinds.join(', ') || 'nothing known here'}. Limits: {limits(provider)}.{endpoint !== null && ` Endpoint: ${endpoint} (secret ${configuration?.secret ?? ''}).`}
      </Typography>
      <HealthTable rows={provider.health} />
      {configuration !== null && may && (
        <section>
          <Typography variant="h6" component="h3" gutterBottom>
            Configuration
          </Typography>
          <ConfigurationForm key={revision} provider={id} seen={revision} from={configuration} onDone={onChanged} />
        </section>
      )}
      <Revisions provider={id} present={revision} may={may} />
    </Stack>
  );
}
