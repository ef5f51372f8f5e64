/** Whether a provider is used, how it is, and what stops or starts it on all nodes. */
import PlayArrow from '@mui/icons-material/PlayArrow';
import PowerSettingsNew from '@mui/icons-material/PowerSettingsNew';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';

import { ChangeButton, type Deed } from '../../components/ChangeButton.tsx';
import { age } from '../page/words.ts';
import { run } from '../../graph/graph.ts';
import { SWITCH_PROVIDER } from '../../graph/generated/operations.ts';

import type { Provider } from '../../graph/generated/operations.ts';

interface StateProps {
  readonly of: Provider;
  /** Whether its health beside it says why, and since when. */
  readonly brief?: boolean;
}

export function State({ of: one, brief = false }: StateProps) {
  if (one.stopped) {
    const where = one.everywhere ? 'stopped on all nodes' : 'stopped by an alarm';
    return <Chip size="small" color="error" label={brief ? 'stopped' : `${where} for ${age(one.since)}: ${one.reason ?? ''}`} />;
  }
  if (one.configuration?.enabled === false) return <Chip size="small" label={brief ? 'disabled' : 'disabled by its configuration'} />;
  if (!one.enabled) return <Chip size="small" label="not configured" />;
  return <Chip size="small" color="success" variant="outlined" label="in use" />;
}

const COLOURS: Readonly<Record<string, 'success' | 'error' | 'default'>> = { up: 'success', down: 'error' };

/** How it is in a word, and why. */
export function Health({ of: { status } }: { readonly of: Provider }) {
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
      <Chip size="small" variant="outlined" color={COLOURS[status.state] ?? 'default'} label={status.state} />
      <span>
        {status.says}
        {status.since !== null && `, for ${age(status.since)}`}
      </span>
    </Stack>
  );
}

/** What stopping and starting means, by the kind of provider. */
function question({ kind, stopped }: Provider): string {
  if (kind === 'rewards') return stopped ? 'Rewards are sent to it again, on all nodes.' : 'Nothing more is sent to it, on all nodes; its rewards wait.';
  if (kind === 'bet feed') return stopped ? 'Its bets are counted again, on all nodes.' : 'Its bets wait in Kafka, on all nodes, and are counted later.';
  return stopped ? 'Its process connects again.' : 'Its process disconnects at once, and what it has told counts as incomplete.';
}

/** What stops or starts it on all nodes. */
export function switchDeed(one: Provider): Deed {
  const { id, stopped } = one;
  return {
    label: stopped ? `Start ${id}` : `Stop ${id}`,
    question: question(one),
    change: (reason) => run(SWITCH_PROVIDER, { input: { provider: id, off: !stopped, reason } }),
    wantsReason: true,
    color: stopped ? 'primary' : 'error',
    icon: stopped ? <PlayArrow /> : <PowerSettingsNew />,
  };
}

/** Whether it can be switched: an adapter of rewards is nothing without a provider. */
export function canSwitch({ kind, revision, health, stopped }: Provider): boolean {
  return kind !== 'rewards' || revision > 0 || health.length > 0 || stopped;
}

export function SwitchButton({ of: one }: { readonly of: Provider }) {
  return <ChangeButton {...switchDeed(one)} />;
}
