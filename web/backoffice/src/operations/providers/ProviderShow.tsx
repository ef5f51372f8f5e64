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
import { SettingsForm } from './SettingsForm.tsx';
import { usedBy } from './settings.ts';
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
      {provider !== undefined && (provider.kind === 'rewards' ? <Parts provider={provider} onChanged={refresh} /> : <Process provider={provider} onChanged={refresh} />)}
    </Page>
  );
}

/** A feed of bets, or an adapter with a process, whose settings are decided here. */
function Process({ provider, onChanged }: { readonly provider: Provider; readonly onChanged: () => void }) {
  const { id, kind, runsIn, capabilities, settings } = provider;
  return (
    <Stack spacing={3}>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <State of={provider} />
        <Health of={provider} />
      </Stack>
      <Typography>
        Its kind is {kind}; it brings {capabilities.join(', ')}. It runs in <code>{runsIn}</code>; <code>furlong provider test {id}</code> tries it.
      </Typography>
      <Figures provider={provider} />
      {settings.length === 0 ? (
        <Typography>
          It is configured by the settings of that process: <code>furlong provider show {id}</code> shows them.
        </Typography>
      ) : (
        <Settings provider={provider} onChanged={onChanged} />
      )}
    </Stack>
  );
}

/** What an adapter keeps and reads, beside what it never exceeds. */
function Figures({ provider }: { readonly provider: Provider }) {
  const { process, limits: most } = provider;
  const megabytes = (most.messageBytes / 2 ** 20).toLocaleString('en-GB', { maximumFractionDigits: 1 });
  const keeps = most.items === 0 ? '' : `It keeps ${process === null ? '' : `${process.items.toLocaleString('en-GB')} of `}at most ${most.items.toLocaleString('en-GB')} items. `;
  const late = process === null ? '' : ` The provider’s last message was ${process.delayMs.toLocaleString('en-GB')} ms old when it came.`;
  return <Typography>{`${keeps}A message has at most ${megabytes} MB.${late}`}</Typography>;
}

function Settings({ provider, onChanged }: { readonly provider: Provider; readonly onChanged: () => void }) {
  const may = useMay('operations.provider');
  const { id, revision, imported, settings, process, pending } = provider;
  return (
    <>
      <Typography>
        {imported ? 'No revision was decided yet: its process uses its environment, shown as far as it is known here.' : `Revision ${revision} is in force.`} {process !== null && usedBy(process)}
      </Typography>
      <Pending of={pending} />
      {typeof process?.unused === 'string' && (
        <Alert severity="warning">
          Its process does not use revision {revision}: {process.unused}
        </Alert>
      )}
      {may && (
        <section>
          <Typography variant="h6" component="h3" gutterBottom>
            Settings
          </Typography>
          <SettingsForm key={revision} adapter={id} seen={revision} settings={settings} onDone={onChanged} />
        </section>
      )}
      <Revisions provider={id} present={revision} may={may} source="the environment" />
    </>
  );
}

function Pending({ of: pending }: { readonly of: Provider['pending'] }) {
  return pending.map((one) => (
    <Alert key={one.id} severity="info">
      {one.proposedBy} proposed a change, which waits for another person: {one.reason}{' '}
      <Link component={RouterLink} to={`/approvals/${one.id}/show`}>
        Look at it
      </Link>
    </Alert>
  ));
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
      <Pending of={pending} />
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
      <Revisions provider={id} present={revision} may={may} source="the file" />
    </Stack>
  );
}
