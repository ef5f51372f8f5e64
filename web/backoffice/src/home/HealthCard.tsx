/** The health of the week: up to when bets are counted, how far consumers lag behind, and whether nodes are up to date. */
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';

import { waitingRecords } from '../charts/LagCharts.tsx';
import { number } from '../money/amounts.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { age } from '../operations/page/words.ts';
import { usePolled } from '../operations/page/usePolled.ts';
import { moment, recently } from '../time/moments.ts';
import { HOME_COUNTED, HOME_NODES, HOME_WEEKS } from '../graph/generated/operations.ts';
import { weekCell } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { Tone } from '../look/theme.ts';
import type { Polled } from '../operations/page/usePolled.ts';
import type { HomeCounted, HomeLag, HomeNodes, HomeWeeks } from '../graph/generated/operations.ts';

export const HEALTH_SECONDS = 10;

interface Place {
  readonly label: string;
  readonly path: string;
}

interface Fact extends Place {
  readonly value: string;
  readonly note: string;
  readonly state?: { readonly tone: Tone; readonly label: string };
}

/** A fact that is being read. */
interface Pending extends Place {
  readonly value?: never;
}

/** A figure that is a link is underlined as faintly as a table's line. */
const QUIET_LINK = { '& a': { color: 'inherit', textDecorationThickness: '1px', textDecorationColor: 'color-mix(in srgb, currentColor 40%, transparent)', textUnderlineOffset: '4px' } } as const;

const FINE = { tone: 'good', label: WORDS.common.fine } as const;

function oldest(times: readonly (string | null)[]): string | undefined {
  return times.filter((at) => at !== null).sort()[0];
}

function unknown(place: Place, note: string, label = WORDS.common.notKnown): Fact {
  return { ...place, value: '–', note, state: { tone: 'bad', label } };
}

function placeOfCounted(path: string): Place {
  return { label: WORDS.home.betsCountedUpTo, path };
}
const PLACE_OF_LAG: Place = { label: WORDS.home.recordsNotAppliedYetLag, path: '/backlog' };
const PLACE_OF_NODES: Place = { label: WORDS.home.nodesInSync, path: '/nodes' };

/** Up to when the tracker has counted all bets. */
export function countedUpTo({ countedBets: { until, waiting, problem } }: HomeCounted, brand: string | null, path: string): Fact {
  const place = placeOfCounted(path);
  if (problem !== null) return unknown(place, problem);
  const value = until === null ? '–' : recently(until, brand);
  if (!waiting) return { ...place, value, note: WORDS.home.noBetWaits, state: FINE };
  return { ...place, value, note: until === null ? WORDS.home.betsWait : WORDS.home.oldestBetCameAgo({ until: age(until) }), state: { tone: 'waiting', label: WORDS.home.catchingUp } };
}

export function lag({ consumerLag: { problem, partitions }, outboxes }: HomeLag): Fact {
  if (problem !== null) return unknown(PLACE_OF_LAG, problem, WORDS.common.kafkaCannotBeRead);
  const since = oldest([...partitions.filter(({ lag: count }) => count > 0), ...outboxes.filter(({ waiting }) => waiting > 0)].map(({ oldestAt }) => oldestAt));
  const unpublished = outboxes.reduce((sum, { waiting }) => sum + waiting, 0);
  const notes = [since === undefined ? WORDS.home.consumersAppliedAllKafka : WORDS.home.oldestWaitedFor({ since: age(since) }), ...(unpublished === 0 ? [] : [WORDS.home.notPublishedYet({ count: unpublished, shown: number(unpublished) })])];
  return {
    ...PLACE_OF_LAG,
    value: number(waitingRecords({ problem, partitions }) ?? 0),
    note: notes.join(' '),
  };
}

export function nodes({ nodes: all }: HomeNodes): Fact {
  const ill = all.filter(({ alive, missing }) => !alive || missing > 0);
  return {
    ...PLACE_OF_NODES,
    value: WORDS.common.partOf({ part: all.length - ill.length, whole: all.length }),
    note: ill.map(({ node, alive }) => alive ? WORDS.home.isBehind({ node }) : WORDS.home.isntResponding({ node })).join(', ') || WORDS.home.eachHasAppliedAllDecisions,
    state: ill.length === 0 ? FINE : { tone: 'bad', label: WORDS.home.lookAtIt },
  };
}

/** Say which week it is, and what happens to it next. */
export function weekOf({ weeks }: HomeWeeks, brand: string | null): string {
  const open = weeks.find(({ state }) => state === 'OPEN') ?? weeks.at(-1);
  if (open === undefined) return WORDS.home.noWeekOfAClubIsKnownHere;
  const { isoWeek, state, waitsFor, until } = open;
  const is = { week: weekCell(isoWeek), state: state.toLowerCase() };
  if (waitsFor === null) return WORDS.home.weekIsState(is);
  return until === null ? WORDS.home.weekIsStateNext({ ...is, waitsFor }) : WORDS.home.weekIsStateNextUntil({ ...is, waitsFor, until: moment(until, brand) });
}

/** Return a fact once it is read; without an answer why there is none, and before one that it is being read. */
function factOf<T>({ data, problem }: Polled<T>, place: Place, fact: (data: T) => Fact): Fact | Pending {
  if (data !== undefined) return fact(data);
  return problem === '' ? place : unknown(place, problem);
}

interface HealthProps {
  readonly brand: string;
  /** What all brands share, for those who may see it; the charts of the lag have the same answer. */
  readonly shared: Polled<HomeLag> | null;
}

/** The health of a brand's week. Each part is shown as soon as it is there: a Kafka that does not answer keeps nothing else waiting. */
export function HealthCard({ brand, shared }: HealthProps) {
  const ofInstallation = shared !== null;
  const week = usePolled(HOME_WEEKS, { brand }, HEALTH_SECONDS);
  const counted = usePolled(HOME_COUNTED, ofInstallation ? null : { brand }, HEALTH_SECONDS);
  const nodesOfAll = usePolled(HOME_NODES, ofInstallation ? {} : null, HEALTH_SECONDS);
  const path = ofInstallation ? '/backlog' : '/weeks';
  const facts = [
    factOf<HomeCounted>(shared ?? counted, placeOfCounted(path), (data) => countedUpTo(data, brand, path)),
    ...(shared !== null ? [factOf(shared, PLACE_OF_LAG, lag), factOf(nodesOfAll, PLACE_OF_NODES, nodes)] : []),
  ];
  return (
    <Card component="section" aria-label={WORDS.home.healthOfTheWeek}>
      <CardContent>
        <Typography variant="h6" component="h2" sx={QUIET_LINK}>
          <Link to="/weeks">{week.data === undefined ? WORDS.common.theWeek : weekOf(week.data, brand)}</Link>
        </Typography>
        {week.problem !== '' && <Typography color="error">{week.problem}</Typography>}
        <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))', gap: 2, margin: 0, marginTop: 2 }}>
          {facts.map((fact) => (fact.value === undefined ? <PendingFact key={fact.label} label={fact.label} /> : <FactItem key={fact.label} {...fact} />))}
        </Box>
      </CardContent>
    </Card>
  );
}

/** As high as a fact, so that nothing jumps when it comes. */
function PendingFact({ label }: { readonly label: string }) {
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: '4px' }}>
      <Typography variant="overline" component="dt" color="textSecondary">
        {label}
      </Typography>
      <Box component="dd" sx={{ margin: 0 }}>
        <Stack role="progressbar" aria-label={WORDS.home.loading({ label })} spacing="4px">
          <Skeleton variant="rounded" width="40%" height={24} />
          <Skeleton variant="rounded" width="80%" height={20} />
          <Skeleton variant="rounded" width={64} height={24} />
        </Stack>
      </Box>
    </Box>
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
