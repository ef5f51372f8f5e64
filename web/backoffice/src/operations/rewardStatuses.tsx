/** The status of each version of a brand's rewards: paused, resumed, withdrawn, or recalled by two people. */
import PauseCircle from '@mui/icons-material/PauseCircle';
import PlayArrow from '@mui/icons-material/PlayArrow';
import Report from '@mui/icons-material/Report';
import VisibilityOff from '@mui/icons-material/VisibilityOff';

import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { brandName, rewardName } from '../frame/names.ts';
import { RewardName } from '../frame/RewardName.tsx';
import { word } from '../money/amounts.ts';
import { RowMenu } from '../components/RowMenu.tsx';
import { DataRows } from './page/DataRows.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { useOnly } from './page/Only.tsx';
import { Page } from './page/Page.tsx';
import { useMay } from './page/may.ts';
import { usePolled } from './page/usePolled.ts';
import { run } from '../graph/graph.ts';
import { CHANGE_REWARD_STATUS, REWARD_VERSIONS } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { ReactNode } from 'react';
import type { Deed } from '../components/ChangeButton.tsx';
import type { Tone } from '../look/theme.ts';
import type { RewardStatusAction, RewardVersion } from '../graph/generated/operations.ts';

const LABELS: Readonly<Record<RewardStatusAction, string>> = WORDS.operations.labels;
const DONE: Readonly<Record<RewardStatusAction, string>> = WORDS.operations.doneByAction;
const MEANING: Readonly<Record<RewardStatusAction, string>> = WORDS.operations.meaningOfAction;

const ICONS: Readonly<Record<RewardStatusAction, ReactNode>> = {
  PAUSE: <PauseCircle fontSize="small" />,
  RESUME: <PlayArrow fontSize="small" />,
  WITHDRAW: <VisibilityOff fontSize="small" />,
  RECALL: <Report fontSize="small" />,
};

function toneOf(status: string, recalled: boolean): Tone {
  if (recalled) return 'bad';
  return status === 'active' ? 'good' : 'warning';
}

function actionsFor({ status, recalled }: RewardVersion): readonly RewardStatusAction[] {
  if (recalled) return [];
  return status === 'active' ? ['PAUSE', 'WITHDRAW', 'RECALL'] : ['RESUME', 'RECALL'];
}

export function RewardStatuses() {
  const { brand } = useBrand();
  const none = brand === null ? NO_BRAND : '';
  const variables = brand === null ? null : { brand };
  const { data, problem } = usePolled(REWARD_VERSIONS, variables, 3);
  const may = useMay('operations.switch');
  const { only, chip } = useOnly('reward', (id) => rewardName(brand, id));
  return (
    <Page
      title={WORDS.frame.screens.rewardStatus}
      about={WORDS.operations.laterUpstreamsStatus}
      actions={chip}
      problem={problem || none}
      waiting={data === undefined}
    >
      <DataRows
        label={WORDS.operations.versionsOfRewards}
        rows={(data?.rewardVersions ?? []).filter(({ reward }) => only === null || reward === only)}
        id={({ id }) => id}
        nothing={WORDS.operations.theBrandHasNoRewardsYet}
        filledBy={WORDS.operations.rewardsArriveFromUpstream}
        columns={[
          { head: WORDS.common.reward, cell: (version) => <RewardName {...version} withId /> },
          { head: WORDS.common.version, cell: ({ version }) => version, right: true },
          { head: WORDS.common.kind, cell: ({ kind }) => word(kind) },
          { head: WORDS.common.status, cell: ({ status, recalled }) => <ToneChip tone={toneOf(status, recalled)} label={recalled ? WORDS.operations.recalled : word(status)} /> },
          { head: WORDS.operations.whyNotOffered, cell: ({ obstacles }) => obstacles.join('; ') || '–' },
          { head: WORDS.common.change, isMenu: true, cell: (version) => may && <RowMenu about={WORDS.operations.version({ reward: rewardName(version.brand, version.reward), version: version.version })} deeds={actionsFor(version).map((action) => deedOf(action, version))} /> },
        ]}
      />
    </Page>
  );
}

function deedOf(action: RewardStatusAction, { brand, reward, version }: RewardVersion): Deed {
  const name = rewardName(brand, reward);
  return {
    label: `${LABELS[action]} “${name}”`,
    done: DONE[action],
    question: WORDS.operations.versionOf({ name, version, brand: brandName(brand), action: MEANING[action] }),
    change: (reason) => run(CHANGE_REWARD_STATUS, { input: { brand, reward, version, action, reason } }),
    wantsReason: true,
    color: action === 'WITHDRAW' || action === 'RECALL' ? 'error' : 'primary',
    icon: ICONS[action],
  };
}
