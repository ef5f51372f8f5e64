/** The versions of a brand's schemes: which one holds, which ones come, and which weeks are frozen. */
import Add from '@mui/icons-material/Add';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { usePermissions } from 'react-admin';
import { Link } from 'react-router-dom';

import { CHECK, NO_BRAND, VERSIONS, WAITING, type Brand, type SchemeCheck, type SchemeVersion } from './operations.ts';
import { odds } from './scheme.ts';
import { money } from '../money/amounts.ts';
import { Page } from '../operations/page/Page.tsx';
import { useBrand } from '../frame/brand.tsx';
import { useReadBrands } from '../content/useBrands.ts';
import { useGraph } from '../graph/useGraph.ts';

const PHASES = {
  EARLIER: { label: 'earlier', color: 'default' },
  IN_FORCE: { label: 'holds this week', color: 'success' },
  COMING: { label: 'comes', color: 'primary' },
} as const;

export function SchemesPage() {
  const { brand: chosen } = useBrand();
  const { brands, isRead, problem } = useReadBrands();
  const brand = brands.find(({ id }) => id === chosen);
  const none = isRead && brand === undefined ? NO_BRAND : problem;
  return (
    <Page title="Scheme rules" about="What counts, towards which target. A week keeps the rules that it opened with; a change is a new version for a coming week." problem={none} waiting={brand === undefined}>
      {brand !== undefined && <Schemes key={brand.id} brand={brand} />}
    </Page>
  );
}

function Schemes({ brand }: { readonly brand: Brand }) {
  const { permissions } = usePermissions<ReadonlySet<string>>();
  const versions = useGraph<{ readonly schemeVersions: readonly SchemeVersion[] }>(VERSIONS, { brand: brand.id });
  const check = useGraph<{ readonly checkScheme: SchemeCheck }>(CHECK, { brand: brand.id, scheme: {} }).data?.checkScheme;
  return (
    <Stack spacing={2} sx={{ paddingTop: 2 }}>
      {check !== undefined && (
        <Alert severity="info">
          Week {check.openWeek} is open: it and all weeks before it keep the rules that they opened with. The first week that can change is{' '}
          {check.firstWeek}.
        </Alert>
      )}
      {permissions?.has('approvals.read') === true && <Waiting brand={brand.id} />}
      {versions.problem !== '' && <Alert severity="error">{versions.problem}</Alert>}
      {permissions?.has('rules.edit') === true && (
        <div>
          <Button component={Link} to={`/schemes/create?brand=${encodeURIComponent(brand.id)}`} variant="contained" startIcon={<Add />}>
            A new version
          </Button>
        </div>
      )}
      {versions.data !== null && <Versions versions={versions.data.schemeVersions} />}
    </Stack>
  );
}

interface Proposals {
  readonly approvals: { readonly nodes: readonly { readonly id: string; readonly subject: string; readonly proposedBy: string }[] };
}

/** Versions that another person has to approve. */
function Waiting({ brand }: { readonly brand: string }) {
  const waiting = useGraph<Proposals>(WAITING, { brand }).data?.approvals.nodes ?? [];
  return waiting.map(({ id, subject, proposedBy }) => (
    <Alert
      key={id}
      severity="warning"
      action={
        <Button component={Link} to={`/approvals/${encodeURIComponent(id)}/show`} color="inherit" size="small">
          Look at it
        </Button>
      }
    >
      {proposedBy} proposes {subject.replace(/^scheme:/u, 'version ')}: another person has to approve it.
    </Alert>
  ));
}

function Versions({ versions }: { readonly versions: readonly SchemeVersion[] }) {
  return (
    <TableContainer tabIndex={0} role="region" aria-label="Versions">
      <Table size="small" aria-label="Versions">
        <TableHead>
          <TableRow>
            {['Where', 'Version', 'From week', 'State', 'Product', 'Target', 'Least stake', 'Least odds', 'Default', 'Control', 'Terms'].map((name) => (
              <TableCell key={name}>{name}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {versions.map((one) => (
            <TableRow key={one.id}>
              <TableCell>
                {one.jurisdiction} {one.currency}
              </TableCell>
              <TableCell>{one.version}</TableCell>
              <TableCell>{one.firstWeek}</TableCell>
              <TableCell>
                <Chip size="small" variant="outlined" {...PHASES[one.phase]} />
              </TableCell>
              <TableCell>{one.qualifyingProduct}</TableCell>
              <TableCell>{money(one.targetMinor, one.currency)}</TableCell>
              <TableCell>{money(one.minStakeMinor, one.currency)}</TableCell>
              <TableCell>{odds(one.minOddsMilli)}</TableCell>
              <TableCell>{one.defaultRewardId ?? '–'}</TableCell>
              <TableCell>{one.controlPerMille === 0 ? '–' : `${one.controlPerMille} of 1,000`}</TableCell>
              <TableCell>{one.terms.version}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
