/** The providers: what they pay, their limits, what waits for them, and stopping and starting them on all nodes. */
import Chip from '@mui/material/Chip';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { DataRows } from './page/DataRows.tsx';
import { Page } from './page/Page.tsx';
import { useMay } from './page/may.ts';
import { usePolled } from './page/usePolled.ts';
import { age } from './page/words.ts';

const PROVIDERS = `query Providers { providers {
  id endpoint stopped everywhere reason since waiting
  configuration { adapter secret kinds brands currencies limitMinor inFlight timeoutSeconds attempts enabled }
} }`;
const SWITCH = `mutation SwitchProvider($input: SwitchProviderInput!) { setProviderSwitch(input: $input) { id } }`;

interface Provider {
  readonly id: string;
  readonly endpoint: string | null;
  readonly stopped: boolean;
  readonly everywhere: boolean;
  readonly reason: string | null;
  readonly since: string | null;
  readonly waiting: Readonly<Record<string, number>>;
  readonly configuration: {
    readonly adapter: string;
    readonly secret: string;
    readonly kinds: readonly string[];
    readonly brands: readonly string[];
    readonly currencies: readonly string[];
    readonly limitMinor: number;
    readonly inFlight: number;
    readonly timeoutSeconds: number;
    readonly attempts: number;
    readonly enabled: boolean;
  } | null;
}

function State({ one }: { readonly one: Provider }) {
  if (one.stopped) {
    const where = one.everywhere ? 'stopped on all nodes' : 'stopped by an alarm';
    return <Chip size="small" color="error" label={`${where} for ${age(one.since)}: ${one.reason ?? ''}`} />;
  }
  if (one.configuration?.enabled === false) return <Chip size="small" label="disabled by its configuration" />;
  return <Chip size="small" color="success" variant="outlined" label="in use" />;
}

function offered({ configuration }: Provider): string {
  if (configuration === null) return '–';
  const { kinds, brands, currencies } = configuration;
  return `${kinds.join(', ')}; ${brands.join(', ') || 'all brands'}; ${currencies.join(', ') || 'all currencies'}`;
}

function limits({ configuration }: Provider): string {
  if (configuration === null) return '–';
  const { limitMinor, inFlight, timeoutSeconds, attempts } = configuration;
  return `a person decides above ${(limitMinor / 100).toFixed(2)}; ${inFlight} calls at once, ${timeoutSeconds} s each, ${attempts} attempts`;
}

export function Providers() {
  const { data, problem } = usePolled<{ providers: readonly Provider[] }>(PROVIDERS, {}, 3);
  const may = useMay('operations.switch');
  return (
    <Page
      title="Providers"
      about="In the order in which they are asked. Their configuration is a file of the workers; secrets are named, never shown."
      problem={problem}
      waiting={data === undefined}
    >
      <DataRows
        label="Providers"
        rows={data?.providers ?? []}
        id={({ id }) => id}
        nothing="No provider is known here: give the back office FURLONG_FULFILMENT_PROVIDERS, as the workers have it."
        columns={[
          { head: 'Provider', cell: ({ id }) => id },
          { head: 'State', cell: (one) => <State one={one} /> },
          { head: 'Rewards', cell: ({ waiting }) => Object.entries(waiting).map(([state, number]) => `${number} ${state}`).join(', ') || 'none wait' },
          { head: 'Pays', cell: offered },
          { head: 'Limits', cell: limits },
          { head: 'Endpoint', cell: ({ endpoint, configuration }) => (endpoint === null ? '–' : `${endpoint} (secret ${configuration?.secret ?? ''})`) },
          {
            head: 'Change',
            cell: ({ id, stopped }) =>
              may && (
                <ChangeButton
                  label={stopped ? `Start ${id}` : `Stop ${id}`}
                  question={stopped ? 'Rewards are sent to it again, on all nodes.' : 'Nothing more is sent to it, on all nodes; its rewards wait.'}
                  mutation={SWITCH}
                  variables={(reason) => ({ input: { provider: id, off: !stopped, reason } })}
                  wantsReason
                  color={stopped ? 'primary' : 'error'}
                />
              ),
          },
        ]}
      />
    </Page>
  );
}
