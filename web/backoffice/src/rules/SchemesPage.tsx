/** The versions of a brand's schemes: which one holds, which ones come, and which weeks are frozen. */
import Add from '@mui/icons-material/Add';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { usePermissions } from 'react-admin';
import { Link } from 'react-router-dom';

import { Failed } from '../components/Waiting.tsx';
import { NO_BRAND, odds, versionInWords } from './scheme.ts';
import { itemName } from './scope.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { money } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { Page } from '../operations/page/Page.tsx';
import { useBrand } from '../frame/brand.tsx';
import { RewardName } from '../frame/RewardName.tsx';
import { useReadBrands } from '../content/useBrands.ts';
import { useGraph } from '../graph/useGraph.ts';
import { weekCell, weekName } from '../time/weeks.ts';
import { CHECK_SCHEME, SCHEME_VERSIONS, WAITING_SCHEMES } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';
import { Filled } from '../words/Filled.tsx';

import type { ReactNode } from 'react';
import type { ContentBrand, SchemeVersion } from '../graph/generated/operations.ts';

const PHASES = {
  EARLIER: { label: WORDS.rules.earlier, tone: 'neutral' },
  IN_FORCE: { label: WORDS.rules.holdsThisWeek, tone: 'good' },
  COMING: { label: WORDS.rules.comes, tone: 'waiting' },
} as const;

export function SchemesPage() {
  const { brand: chosen } = useBrand();
  const { brands, isRead, problem } = useReadBrands();
  const brand = brands.find(({ id }) => id === chosen);
  const none = isRead && brand === undefined ? NO_BRAND : problem;
  return (
    <Page title={WORDS.frame.screens.schemes} about={WORDS.rules.whatCountsTowardsWhichTarget} problem={none} waiting={brand === undefined}>
      {brand !== undefined && <Schemes key={brand.id} brand={brand} />}
    </Page>
  );
}

function Schemes({ brand }: { readonly brand: ContentBrand }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const versions = useGraph(SCHEME_VERSIONS, { brand: brand.id });
  const check = useGraph(CHECK_SCHEME, { brand: brand.id, scheme: {} }).data?.checkScheme;
  return (
    <Stack spacing={2} sx={{ paddingTop: 2 }}>
      {check !== undefined && (
        <Alert severity="info">
          {WORDS.rules.weekIsOpen({ week: weekCell(check.openWeek), week2: weekName(check.firstWeek) })}
        </Alert>
      )}
      {permissions?.has('approvals.read') === true && <Waiting brand={brand.id} />}
      {versions.problem !== '' && <Failed problem={versions.problem} />}
      {permissions?.has('rules.edit') === true && (
        <div>
          <Button component={Link} to={`/schemes/create?brand=${encodeURIComponent(brand.id)}`} variant="contained" startIcon={<Add />}>
            {WORDS.rules.aNewVersion}
          </Button>
        </div>
      )}
      {versions.data !== null && <Versions versions={versions.data.schemeVersions} />}
    </Stack>
  );
}

/** Versions that another person has to approve. */
function Waiting({ brand }: { readonly brand: string }) {
  const waiting = useGraph(WAITING_SCHEMES, { brand }).data?.approvals.nodes ?? [];
  return waiting.map(({ id, subject, proposedBy }) => (
    <Alert
      key={id}
      severity="warning"
      action={
        <Button component={Link} to={`/approvals/${encodeURIComponent(id)}/show`} color="inherit" size="small">
          {WORDS.common.lookAtIt}
        </Button>
      }
    >
      {WORDS.rules.proposesAnotherPerson({ proposedBy: proposedBy ?? '', version: versionInWords(subject ?? '') })}
    </Alert>
  ));
}

/** The reward on trial, and for how many. */
function trialOf({ brand, trialRewardId, trialPerMille }: SchemeVersion): ReactNode {
  if (trialRewardId === null) return '–';
  return <Filled say={WORDS.rules.rewardForShare} values={{ reward: <RewardName brand={brand} reward={trialRewardId} />, share: trialPerMille }} />;
}

function Versions({ versions }: { readonly versions: readonly SchemeVersion[] }) {
  return (
    <DataRows
      label={WORDS.rules.versions}
      rows={versions}
      id={({ id }) => id}
      nothing={WORDS.rules.theBrandHasNoRulesYet}
      columns={[
        { head: WORDS.common.where, cell: ({ jurisdiction, currency }) => `${jurisdiction} ${currency}` },
        { head: WORDS.common.version, cell: ({ version }) => version, right: true },
        { head: WORDS.rules.fromWeek, cell: ({ firstWeek }) => weekCell(firstWeek) },
        { head: WORDS.common.state, cell: ({ phase }) => <ToneChip {...PHASES[phase]} /> },
        { head: WORDS.common.product, cell: ({ qualifyingProduct }) => qualifyingProduct },
        { head: WORDS.common.target, cell: ({ targetMinor, currency }) => money(targetMinor, currency), right: true },
        { head: WORDS.common.minimumStake, cell: ({ minStakeMinor, currency }) => money(minStakeMinor, currency), right: true },
        { head: WORDS.common.minimumOdds, cell: ({ minOddsMilli }) => odds(minOddsMilli), right: true },
        { head: WORDS.common.events, cell: ({ events }) => (events === null ? WORDS.rules.allEvents : events.items.map(itemName).join(', ')) },
        { head: WORDS.rules.default, cell: ({ brand, defaultRewardId }) => (defaultRewardId === null ? '–' : <RewardName brand={brand} reward={defaultRewardId} />) },
        { head: WORDS.rules.control, cell: ({ controlPerMille }) => (controlPerMille === 0 ? '–' : WORDS.rules.shareOf1000({ share: controlPerMille })), right: true },
        { head: WORDS.common.trial, cell: trialOf },
        { head: WORDS.common.terms, cell: ({ terms }) => terms.version },
      ]}
    />
  );
}
