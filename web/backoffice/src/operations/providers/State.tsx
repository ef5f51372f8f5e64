/** Whether a provider is used, how it is, and what stops or starts it on all nodes. */
import PlayArrow from '@mui/icons-material/PlayArrow';
import PowerSettingsNew from '@mui/icons-material/PowerSettingsNew';
import Stack from '@mui/material/Stack';

import { ChangeButton, type Deed } from '../../components/ChangeButton.tsx';
import { word } from '../../money/amounts.ts';
import { ToneChip } from '../../look/ToneChip.tsx';
import { TechnicalDetails } from '../../look/TechnicalDetails.tsx';
import { age } from '../page/words.ts';
import { run } from '../../graph/graph.ts';
import { SWITCH_PROVIDER } from '../../graph/generated/operations.ts';

import type { Tone } from '../../look/theme.ts';
import type { Provider, SwitchableProviders } from '../../graph/generated/operations.ts';

interface StateProps {
  readonly of: Provider;
  /** Whether its health beside it says why, and since when. */
  readonly brief?: boolean;
}

export function State({ of: one, brief = false }: StateProps) {
  if (one.stopped) {
    const where = one.everywhere ? 'Stopped on all nodes' : 'Stopped by an alarm';
    if (brief) return <ToneChip tone="bad" label="Stopped" />;
    return (
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <ToneChip tone="bad" label={where} />
        <span>
          for {age(one.since)}: {one.reason}
        </span>
      </Stack>
    );
  }
  if (one.configuration?.enabled === false) return <ToneChip tone="neutral" label={brief ? 'Disabled' : 'Disabled by its configuration'} />;
  if (!one.enabled) return <ToneChip tone="neutral" label="Not configured" />;
  return <ToneChip tone="good" label="In use" />;
}

const TONES: Readonly<Record<string, Tone>> = { up: 'good', down: 'bad', unknown: 'warning' };

/** How it is in a word. */
export function HealthChip({ of: { status } }: { readonly of: Provider }) {
  return <ToneChip tone={TONES[status.state] ?? 'neutral'} label={word(status.state)} />;
}

/** Why it is so, and since when. */
export function Because({ of: { status } }: { readonly of: Provider }) {
  return (
    <div>
      {status.says}
      {status.since !== null && `, for ${age(status.since)}`}
      <TechnicalDetails of={status.details} />
    </div>
  );
}

export function Health({ of: one }: { readonly of: Provider }) {
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
      <HealthChip of={one} />
      <Because of={one} />
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
export function canSwitch({ kind, revision, health, stopped }: SwitchableProviders['providers'][number]): boolean {
  return kind !== 'rewards' || revision > 0 || health.length > 0 || stopped;
}

export function SwitchButton({ of: one }: { readonly of: Provider }) {
  return <ChangeButton {...switchDeed(one)} />;
}
