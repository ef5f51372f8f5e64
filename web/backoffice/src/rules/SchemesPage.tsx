/** The versions of a brand's schemes: which one holds, which ones come, and which weeks are frozen. */
import Add from '@mui/icons-material/Add';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import MuiLink from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import { usePermissions } from 'react-admin';
import { Link } from 'react-router-dom';

import { Failed } from '../components/Waiting.tsx';
import { Phase } from './Phase.tsx';
import { NO_BRAND, odds, versionInWords } from './scheme.ts';
import { itemName } from './scope.ts';
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

import type { ContentBrand, SchemeVersion } from '../graph/generated/operations.ts';

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
          {WORDS.rules.weekIsOpen({ open: weekCell(check.openWeek), first: weekName(check.firstWeek) })}
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

/** What one compares versions by; the rest is on each version's own page. */
function Versions({ versions }: { readonly versions: readonly SchemeVersion[] }) {
  return (
    <DataRows
      label={WORDS.rules.versions}
      rows={versions}
      id={({ id }) => id}
      nothing={WORDS.rules.theBrandHasNoRulesYet}
      columns={[
        {
          head: WORDS.rules.rules,
          cell: ({ id, jurisdiction, currency, version }) => (
            <MuiLink component={Link} to={`/schemes/${encodeURIComponent(id)}/show`}>{WORDS.rules.version({ jurisdiction, currency, version })}</MuiLink>
          ),
        },
        { head: WORDS.rules.fromWeek, cell: ({ firstWeek }) => weekCell(firstWeek) },
        { head: WORDS.common.state, cell: ({ phase }) => <Phase of={phase} /> },
        { head: WORDS.common.counts, cell: ({ qualifyingProduct, events }) => WORDS.rules.qualifyingProductWhat({ qualifyingProduct, what: events === null ? WORDS.rules.allEventsInline : events.items.map(itemName).join(', ') }) },
        { head: WORDS.common.target, cell: ({ targetMinor, currency }) => money(targetMinor, currency), right: true },
        { head: WORDS.common.minimumOdds, cell: ({ minOddsMilli }) => odds(minOddsMilli), right: true },
        { head: WORDS.rules.defaultReward, cell: ({ brand, defaultRewardId }) => (defaultRewardId === null ? '–' : <RewardName brand={brand} reward={defaultRewardId} />) },
      ]}
    />
  );
}
