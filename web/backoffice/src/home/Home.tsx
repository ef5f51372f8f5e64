/** The home of each person: what waits for them first, then the figures that their roles are asked about. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useGetIdentity, usePermissions } from 'react-admin';
import { Link } from 'react-router-dom';

import { FigureCard, type Figure } from './FigureCard.tsx';
import { useContentFigures, useOperationsFigures, usePeopleFigures, useRiskFigures } from './figures.ts';
import { useBrand } from '../frame/brand.tsx';
import { useToDecide } from '../frame/toDecide.ts';
import { Page } from '../operations/page/Page.tsx';
import { age } from '../operations/page/words.ts';
import { KINDS } from '../people/approvals/kinds.ts';
import { FunnelCard } from '../risk/weeks/FunnelCard.tsx';

const SHOWN = 7;
const NOTHING: ReadonlySet<string> = new Set();

export function Home() {
  const { permissions: may = NOTHING } = usePermissions<ReadonlySet<string>>();
  const { identity } = useGetIdentity();
  const { brand, brands } = useBrand();
  const name = brands.find(({ id }) => id === brand)?.name;
  const reads = [
    useRiskFigures(may.has('risk.read') ? brand : null),
    useOperationsFigures(may.has('operations.read') ? brand : null),
    useContentFigures(may.has('content.edit') || may.has('content.approve') ? brand : null),
    usePeopleFigures(may.has('people.read')),
  ];
  const problem = reads.map((read) => read.problem).find((one) => one !== '') ?? '';
  return (
    <Page title="Home" about={`${identity?.fullName ?? 'You'}${name === undefined ? '' : `, at ${name}`}: what waits for you, and how things are.`} problem={problem}>
      <Stack spacing={2}>
        {may.has('approvals.read') && <ToDecide />}
        {may.has('support.read') && !may.has('risk.read') && <FindCustomer />}
        <Figures figures={reads.flatMap(({ figures }) => figures)} />
        {may.has('risk.read') && brand !== null && <FunnelCard brand={brand} />}
      </Stack>
    </Page>
  );
}

function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  if (figures.length === 0) return null;
  return (
    <Box component="section" aria-label="Figures" sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(216px, 1fr))', gap: '16px' }}>
      {figures.map((figure) => (
        <FigureCard key={figure.label} {...figure} />
      ))}
    </Box>
  );
}

/** At most seven proposals, the oldest first, each with its deed. */
function ToDecide() {
  const waiting = useToDecide();
  return (
    <Card component="section" aria-label="What waits for you">
      <CardContent>
        <Typography variant="h6" component="h2">
          {waiting.length === 0 ? 'Nothing waits for your decision' : `${waiting.length} ${waiting.length === 1 ? 'proposal waits' : 'proposals wait'} for your decision`}
        </Typography>
        {waiting.length === 0 && (
          <Typography color="textSecondary">Proposals of colleagues that you may approve appear here and at Approvals in the menu.</Typography>
        )}
        {waiting.slice(0, SHOWN).map(({ id, kind, brand, proposedAt }) => (
          <Stack key={id} direction="row" spacing={2} sx={{ alignItems: 'center', paddingTop: 1 }}>
            <Typography sx={{ flex: 1 }}>{KINDS[kind]?.name ?? kind}</Typography>
            <Typography color="textSecondary">
              {brand ?? 'all brands'}, {age(proposedAt)} ago
            </Typography>
            <Button component={Link} to={`/approvals/${encodeURIComponent(id)}/show`} size="small" variant="outlined">
              Read it
            </Button>
          </Stack>
        ))}
        {waiting.length > SHOWN && (
          <Button component={Link} to="/approvals" size="small">
            All {waiting.length}
          </Button>
        )}
      </CardContent>
    </Card>
  );
}

function FindCustomer() {
  return (
    <Card component="section" aria-label="Find a customer">
      <CardContent>
        <Typography variant="h6" component="h2">
          Somebody asks about their week?
        </Typography>
        <Typography color="textSecondary" sx={{ marginBottom: 1 }}>
          Find them by their id or by a bet; “Why?” at each bet says what to tell them.
        </Typography>
        <Button component={Link} to="/customers" variant="contained">
          Find a customer
        </Button>
      </CardContent>
    </Card>
  );
}
