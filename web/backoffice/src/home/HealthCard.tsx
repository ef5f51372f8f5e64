/** The health of the week: up to when bets are counted, how far consumers lag behind, and whether nodes are up to date. */
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';

import { number } from '../money/amounts.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { age } from '../operations/page/words.ts';
import { usePolled } from '../operations/page/usePolled.ts';
import { moment, recently } from '../time/moments.ts';

import type { Tone } from '../look/theme.ts';

export const HEALTH = `query HomeHealth($brand: String!) {
  countedBets(brand: $brand) { until waiting problem }
  weeks(brand: $brand) { isoWeek state waitsFor until }
}`;
/** What is of no brand, for those who may see it. */
export const INSTALLATION_HEALTH = `query HomeInstallation {
  consumerLag { problem partitions { lag oldestAt } }
  outboxes { waiting oldestAt }
  nodes { node alive missing }
}`;
const SECONDS = 10;

export interface Installation {
  readonly consumerLag: {
    readonly problem: string | null;
    readonly partitions: readonly { readonly lag: number; readonly oldestAt: string | null }[];
  };
  readonly outboxes: readonly { readonly waiting: number; readonly oldestAt: string | null }[];
  readonly nodes: readonly { readonly node: string; readonly alive: boolean; readonly missing: number }[];
}

export interface Health {
  readonly countedBets: { readonly until: string | null; readonly waiting: boolean; readonly problem: string | null };
  readonly weeks: readonly { readonly isoWeek: string; readonly state: string; readonly waitsFor: string | null; readonly until: string | null }[];
}

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly path: string;
  readonly state?: { readonly tone: Tone; readonly label: string };
}

/** A figure that is a link is underlined as faintly as a table's line. */
const QUIET_LINK = { '& a': { color: 'inherit', textDecorationThickness: '1px', textDecorationColor: 'color-mix(in srgb, currentColor 40%, transparent)', textUnderlineOffset: '4px' } } as const;

const FINE = { tone: 'good', label: 'fine' } as const;

function oldest(times: readonly (string | null)[]): string | undefined {
  return times.filter((at) => at !== null).sort()[0];
}

/** Up to when the tracker has counted all bets. */
export function countedUpTo({ countedBets: { until, waiting, problem } }: Health, brand: string | null, path: string): Fact {
  const label = 'Bets counted up to';
  if (problem !== null) return { label, value: '–', note: problem, path, state: { tone: 'bad', label: 'not known' } };
  const value = until === null ? '–' : recently(until, brand);
  if (!waiting) return { label, value, note: 'No bet waits.', path, state: FINE };
  return { label, value, note: until === null ? 'Bets wait.' : `The oldest bet that waits came ${age(until)} ago.`, path, state: { tone: 'waiting', label: 'catching up' } };
}

export function lag({ consumerLag: { problem, partitions }, outboxes }: Installation): Fact {
  const label = 'Records not applied yet (lag)';
  if (problem !== null) return { label, value: '–', note: problem, path: '/backlog', state: { tone: 'bad', label: 'Kafka cannot be read' } };
  const waits = [...partitions.map(({ lag: count, oldestAt }) => ({ count, oldestAt })), ...outboxes.map(({ waiting: count, oldestAt }) => ({ count, oldestAt }))].filter(({ count }) => count > 0);
  const since = oldest(waits.map(({ oldestAt }) => oldestAt));
  return {
    label,
    value: number(waits.reduce((sum, { count }) => sum + count, 0)),
    note: since === undefined ? 'Consumers have applied all that Kafka has.' : `The oldest has waited for ${age(since)}.`,
    path: '/backlog',
  };
}

export function nodes({ nodes: all }: Installation): Fact {
  const ill = all.filter(({ alive, missing }) => !alive || missing > 0);
  return {
    label: 'Parts of nodes up to date',
    value: `${all.length - ill.length} of ${all.length}`,
    note: ill.map(({ node, alive }) => `${node} ${alive ? 'lacks decisions' : 'is silent'}`).join(', ') || 'Each has applied all decisions.',
    path: '/nodes',
    state: ill.length === 0 ? FINE : { tone: 'bad', label: 'look at it' },
  };
}

/** Say which week it is, and what happens to it next. */
export function weekOf({ weeks }: Health, brand: string | null): string {
  const open = weeks.find(({ state }) => state === 'OPEN') ?? weeks.at(-1);
  if (open === undefined) return 'No week of a club is known here';
  const { isoWeek, state, waitsFor, until } = open;
  const next = waitsFor === null ? '' : `; next: ${waitsFor}${until === null ? '' : `, ${moment(until, brand)}`}`;
  return `${isoWeek} is ${state.toLowerCase()}${next}`;
}

/** The health of a brand's week; `ofInstallation` adds that of what all brands share. */
export function HealthCard({ brand, ofInstallation }: { readonly brand: string; readonly ofInstallation: boolean }) {
  const { data, problem } = usePolled<Health>(HEALTH, { brand }, SECONDS);
  const installation = usePolled<Installation>(INSTALLATION_HEALTH, ofInstallation ? {} : null, SECONDS);
  const refused = problem || installation.problem;
  if (data === undefined || (ofInstallation && installation.data === undefined)) return refused === '' ? null : <Typography color="error">{refused}</Typography>;
  const shared = installation.data === undefined ? [] : [lag(installation.data), nodes(installation.data)];
  const facts = [countedUpTo(data, brand, ofInstallation ? '/backlog' : '/weeks'), ...shared];
  return (
    <Card component="section" aria-label="Health of the week">
      <CardContent>
        <Typography variant="h6" component="h2" sx={QUIET_LINK}>
          <Link to="/weeks">{weekOf(data, brand)}</Link>
        </Typography>
        <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))', gap: 2, margin: 0, marginTop: 2 }}>
          {facts.map((fact) => (
            <FactItem key={fact.label} {...fact} />
          ))}
        </Box>
      </CardContent>
    </Card>
  );
}

function FactItem({ label, value, note, path, state }: Fact) {
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: '4px' }}>
      <Typography variant="overline" component="dt" color="textSecondary">
        {label}
      </Typography>
      <Typography variant="h5" component="dd" sx={{ margin: 0, fontVariantNumeric: 'tabular-nums', ...QUIET_LINK }}>
        <Link to={path}>{value}</Link>
      </Typography>
      <Typography variant="body2" component="dd" color="textSecondary" sx={{ margin: 0 }}>
        {note}
      </Typography>
      {state !== undefined && (
        <Box component="dd" sx={{ margin: 0 }}>
          <ToneChip {...state} />
        </Box>
      )}
    </Box>
  );
}
