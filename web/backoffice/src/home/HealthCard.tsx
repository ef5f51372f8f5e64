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
  consumerLag { readAt problem partitions { group lag oldestAt } }
  outboxes { waiting oldestAt }
  nodes { node alive missing }
  weeks(brand: $brand) { isoWeek state waitsFor until }
}`;
const SECONDS = 10;
/** How the groups of the consumer of bets begin. */
const TRACKER = 'furlong-progress';

export interface Health {
  readonly consumerLag: {
    readonly readAt: string;
    readonly problem: string | null;
    readonly partitions: readonly { readonly group: string; readonly lag: number; readonly oldestAt: string | null }[];
  };
  readonly outboxes: readonly { readonly waiting: number; readonly oldestAt: string | null }[];
  readonly nodes: readonly { readonly node: string; readonly alive: boolean; readonly missing: number }[];
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

/** Up to when the tracker has counted all bets; that is when Kafka was read, if no bet waits. */
export function countedUpTo({ consumerLag: { problem, partitions, readAt } }: Health, brand: string | null): Fact {
  const label = 'Bets counted up to';
  if (problem !== null) return { label, value: '–', note: problem, path: '/backlog', state: { tone: 'bad', label: 'not known' } };
  const waiting = partitions.filter((one) => one.group.startsWith(TRACKER) && one.lag > 0);
  const since = oldest(waiting.map(({ oldestAt }) => oldestAt));
  if (waiting.length === 0) return { label, value: recently(readAt, brand), note: 'No bet waits.', path: '/backlog', state: FINE };
  const bets = number(waiting.reduce((sum, one) => sum + one.lag, 0));
  return { label, value: since === undefined ? '–' : recently(since, brand), note: `${bets} records of bets wait, the oldest for ${age(since, Date.parse(readAt))}.`, path: '/backlog', state: { tone: 'waiting', label: 'catching up' } };
}

export function lag({ consumerLag: { problem, partitions }, outboxes }: Health): Fact {
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

export function nodes({ nodes: all }: Health): Fact {
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

export function HealthCard({ brand }: { readonly brand: string }) {
  const { data, problem } = usePolled<Health>(HEALTH, { brand }, SECONDS);
  if (data === undefined) return problem === '' ? null : <Typography color="error">{problem}</Typography>;
  const facts = [countedUpTo(data, brand), lag(data), nodes(data)];
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
