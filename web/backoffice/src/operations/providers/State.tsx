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
import { WORDS } from '../../words/index.ts';

import type { Tone } from '../../look/theme.ts';
import type { Provider, SwitchableProviders } from '../../graph/generated/operations.ts';

interface StateProps {
  readonly of: Provider;
  /** Whether its health beside it says why, and since when. */
  readonly brief?: boolean;
}

export function State({ of: one, brief = false }: StateProps) {
  if (one.stopped) {
    const where = one.everywhere ? WORDS.providers.stoppedOnAllNodes : WORDS.providers.stoppedByAnAlarm;
    if (brief) return <ToneChip tone="bad" label={WORDS.common.stopped} />;
    return (
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
        <ToneChip tone="bad" label={where} />
        <span>
          {WORDS.providers.forSinceReason({ since: age(one.since), reason: one.reason ?? '' })}
        </span>
      </Stack>
    );
  }
  if (one.configuration?.enabled === false) return <ToneChip tone="neutral" label={brief ? WORDS.common.disabled : WORDS.providers.disabledByItsConfiguration} />;
  if (!one.enabled) return <ToneChip tone="neutral" label={WORDS.providers.notConfigured} />;
  return <ToneChip tone="good" label={WORDS.common.inUse} />;
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
      {status.since !== null && WORDS.providers.forSince({ since: age(status.since) })}
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
  if (kind === 'rewards') return stopped ? WORDS.providers.rewardsSentAgainAllNodes : WORDS.providers.nothingMoreSentAllNodes;
  if (kind === 'bet feed') return stopped ? WORDS.providers.betsCountedAgainAllNodes : WORDS.providers.betsWaitKafkaAllNodes;
  return stopped ? WORDS.providers.itsProcessConnectsAgain : WORDS.providers.processDisconnectsOnceWhat;
}

/** What stops or starts it on all nodes. */
export function switchDeed(one: Provider): Deed {
  const { id, stopped } = one;
  return {
    label: stopped ? WORDS.providers.start({ id }) : WORDS.providers.stop({ id }),
    question: question(one),
    change: (reason) => run(SWITCH_PROVIDER, { input: { provider: id, off: !stopped, reason } }),
    done: stopped ? WORDS.common.deedDone.switchedOn : WORDS.common.deedDone.switchedOff,
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
