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
import { WORDS } from '../../words/index.ts';
import { Filled } from '../../words/Filled.tsx';

import type { Provider } from '../../graph/generated/operations.ts';

export function ProviderCreate() {
  const navigate = useNavigate();
  return (
    <Page title={WORDS.providers.newProvider} about={WORDS.providers.anotherPersonApprovesIt}>
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
    <Page title={WORDS.common.providerName({ name: id })} problem={problem} waiting={provider === undefined} actions={provider !== undefined && may && canSwitch(provider) && <SwitchButton of={provider} />}>
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
        <Filled
          say={WORDS.providers.kindAndProcess}
          values={{ kind, capabilities: capabilities.join(', '), process: <code>{runsIn}</code>, command: <code>furlong provider test {id}</code> }}
        />
      </Typography>
      <Figures provider={provider} />
      {settings.length === 0 ? (
        <Typography>
          <Filled say={WORDS.providers.configuredByItsProcess} values={{ command: <code>furlong provider show {id}</code> }} />
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
  const sentences = [
    ...(most.items === 0 ? [] : [kept(process, most.items.toLocaleString('en-GB'))]),
    WORDS.providers.aMessageHasAtMostMb({ megabytes }),
    ...(process === null ? [] : [WORDS.providers.providersLastMessageMsOld({ delayMs: process.delayMs.toLocaleString('en-GB') })]),
  ];
  return <Typography>{sentences.join(' ')}</Typography>;
}

function kept(process: Provider['process'], most: string): string {
  return process === null ? WORDS.providers.itKeepsAtMostItems({ items: most }) : WORDS.providers.itKeepsOfAtMostItems({ kept: process.items.toLocaleString('en-GB'), most });
}

function Settings({ provider, onChanged }: { readonly provider: Provider; readonly onChanged: () => void }) {
  const may = useMay('operations.provider');
  const { id, revision, imported, settings, process, pending } = provider;
  return (
    <>
      <Typography>
        {imported ? WORDS.providers.noRevisionWasDecidedYet : WORDS.providers.revisionIsInForce({ revision })} {process !== null && usedBy(process)}
      </Typography>
      <Pending of={pending} />
      {typeof process?.unused === 'string' && (
        <Alert severity="warning">
          {WORDS.providers.itsProcessDoesNotUseRevision({ revision, unused: process.unused })}
        </Alert>
      )}
      {may && (
        <section>
          <Typography variant="h6" component="h3" gutterBottom>
            {WORDS.providers.settings}
          </Typography>
          <SettingsForm key={revision} adapter={id} seen={revision} settings={settings} onDone={onChanged} />
        </section>
      )}
      <Revisions provider={id} present={revision} may={may} source={WORDS.providers.theEnvironment} />
    </>
  );
}

function Pending({ of: pending }: { readonly of: Provider['pending'] }) {
  return pending.map((one) => (
    <Alert key={one.id} severity="info">
      {WORDS.providers.changeWaits({ proposedBy: one.proposedBy, reason: one.reason })}{' '}
      <Link component={RouterLink} to={`/approvals/${one.id}/show`}>
        {WORDS.common.lookAtIt}
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
        <Typography>{revision === 0 ? WORDS.providers.itsConfigurationIsNotKnownHere : imported ? WORDS.providers.asInTheWorkersFile : WORDS.providers.revisionIsInForce({ revision })}</Typography>
        <Typography>{WORDS.providers.rewards({ provider: waits(provider) })}</Typography>
      </Stack>
      <Pending of={pending} />
      {missing.map(({ node, reason }) => (
        <Alert key={node} severity={reason === null ? 'info' : 'warning'}>
          {WORDS.providers.doesNotUseRevision({ node, revision, reason: reason ?? WORDS.providers.itHasNotAcknowledgedItYet })}
        </Alert>
      ))}
      <Typography>
        {WORDS.providers.paysAdapterCanAskLimits({
          offered: offered(provider),
          adapterKinds: adapterKinds.join(', ') || WORDS.providers.nothingKnownHere,
          limits: limits(provider),
        })}
        {endpoint !== null && ` ${WORDS.providers.endpointSecret({ endpoint, secret: configuration?.secret ?? '' })}`}
      </Typography>
      <HealthTable rows={provider.health} />
      {configuration !== null && may && (
        <section>
          <Typography variant="h6" component="h3" gutterBottom>
            {WORDS.providers.configuration}
          </Typography>
          <ConfigurationForm key={revision} provider={id} seen={revision} from={configuration} onDone={onChanged} />
        </section>
      )}
      <Revisions provider={id} present={revision} may={may} source={WORDS.providers.theFile} />
    </Stack>
  );
}
