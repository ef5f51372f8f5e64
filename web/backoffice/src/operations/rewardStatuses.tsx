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

import type { ReactNode } from 'react';
import type { Deed } from '../components/ChangeButton.tsx';
import type { Tone } from '../look/theme.ts';
import type { RewardStatusAction, RewardVersion } from '../graph/generated/operations.ts';

const LABELS: Readonly<Record<RewardStatusAction, string>> = { PAUSE: 'Pause', RESUME: 'Resume', WITHDRAW: 'Withdraw', RECALL: 'Recall' };
const MEANING: Readonly<Record<RewardStatusAction, string>> = {
  PAUSE: 'For now nobody else can choose it; customers who have chosen it keep it.',
  RESUME: 'It can be chosen again.',
  WITHDRAW: 'It leaves the menu; customers who have chosen it keep it.',
  RECALL: 'For safety or law: nobody gets it any more, not even customers who have chosen it. It cannot be undone, and another person has to approve it.',
};

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
      title="Reward status"
      about="The later of the upstream’s status and the operators’ applies, on all nodes."
      actions={chip}
      problem={problem || none}
      waiting={data === undefined}
    >
      <DataRows
        label="Versions of rewards"
        rows={(data?.rewardVersions ?? []).filter(({ reward }) => only === null || reward === only)}
        id={({ id }) => id}
        nothing="The brand has no rewards yet."
        filledBy="Rewards arrive from upstream as messages, each version with its terms: see `furlong reward list`."
        columns={[
          { head: 'Reward', cell: (version) => <RewardName {...version} withId /> },
          { head: 'Version', cell: ({ version }) => version, right: true },
          { head: 'Kind', cell: ({ kind }) => word(kind) },
          { head: 'Status', cell: ({ status, recalled }) => <ToneChip tone={toneOf(status, recalled)} label={recalled ? 'recalled' : status} /> },
          { head: 'Why not offered', cell: ({ obstacles }) => obstacles.join('; ') || '–' },
          { head: 'Change', isMenu: true, cell: (version) => may && <RowMenu about={`${rewardName(version.brand, version.reward)}, version ${version.version}`} deeds={actionsFor(version).map((action) => deedOf(action, version))} /> },
        ]}
      />
    </Page>
  );
}

function deedOf(action: RewardStatusAction, { brand, reward, version }: RewardVersion): Deed {
  const name = rewardName(brand, reward);
  return {
    label: `${LABELS[action]} “${name}”`,
    question: `“${name}”, version ${version}, of ${brandName(brand)}. ${MEANING[action]}`,
    change: (reason) => run(CHANGE_REWARD_STATUS, { input: { brand, reward, version, action, reason } }),
    wantsReason: true,
    color: action === 'WITHDRAW' || action === 'RECALL' ? 'error' : 'primary',
    icon: ICONS[action],
  };
}
