/** A brand's board: its sports, competitions and coming events, each with how it is shown now. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import Switch from '@mui/material/Switch';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';

import { pathOf } from './placement.ts';
import { Where } from './Where.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { NO_BRAND, useBrand } from '../../frame/brand.tsx';
import { ToneChip } from '../../look/ToneChip.tsx';
import { useMay } from '../../operations/page/may.ts';
import { DataRows, type Column } from '../../operations/page/DataRows.tsx';
import { Page } from '../../operations/page/Page.tsx';
import { moment, zoneName } from '../../time/moments.ts';
import { useDelayed } from '../../graph/useDelayed.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { BOARD, READ_BOARD_BRAND } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { BoardBrand, BoardItem, BoardScope } from '../../graph/generated/operations.ts';

const ABOUT = WORDS.board.whatBrandShowsSportsOrder;

export function BoardPage() {
  const { brand } = useBrand();
  const { data, problem } = useGraph(READ_BOARD_BRAND, brand === null ? null : { brand });
  return (
    <Page title={WORDS.frame.screens.board} about={ABOUT} problem={brand === null ? NO_BRAND : problem} waiting={data === null}>
      {data !== null && data.boardBrand.id === brand && <OfBrand key={brand} brand={data.boardBrand} />}
    </Page>
  );
}

interface Filters {
  readonly sport: string;
  readonly search: string;
  readonly day: string;
  readonly territory: string;
  readonly locale: string;
  readonly onBoard: boolean;
}

const TABS = [
  ['EVENT', WORDS.common.events],
  ['COMPETITION', WORDS.board.competitions],
  ['SPORT', WORDS.board.sports],
] as const;

function OfBrand({ brand }: { readonly brand: BoardBrand }) {
  const [address, setAddress] = useSearchParams();
  const asked = address.get('scope');
  const scope = TABS.map(([one]) => one).find((one) => one === asked) ?? 'EVENT';
  const [filters, setFilters] = useState<Filters>({ sport: '', search: '', day: '', territory: brand.jurisdictions[0] ?? '', locale: brand.locales[0] ?? '', onBoard: false });
  const settled = useDelayed(filters);

  function show(next: BoardScope) {
    setAddress((last) => {
      last.set('scope', next);
      return last;
    });
  }

  return (
    <Stack spacing={2}>
      <Tabs value={scope} onChange={(_, next: BoardScope) => show(next)} aria-label={WORDS.board.whatIsListed}>
        {TABS.map(([value, label]) => (
          <Tab key={value} value={value} label={label} />
        ))}
      </Tabs>
      <FilterFields brand={brand} scope={scope} filters={filters} onChange={setFilters} />
      <Items key={`${scope} ${JSON.stringify(settled)}`} brand={brand} scope={scope} filters={settled} />
    </Stack>
  );
}

interface FilterProps {
  readonly brand: BoardBrand;
  readonly scope: BoardScope;
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}

function FilterFields({ brand, scope, filters, onChange }: FilterProps) {
  const change = (changed: Partial<Filters>) => onChange({ ...filters, ...changed });
  return (
    <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap' }} role="search">
      <TextField label={WORDS.common.search} type="search" value={filters.search} onChange={(event) => change({ search: event.target.value })} />
      {scope !== 'SPORT' && (
        <TextField select label={WORDS.common.sport} value={filters.sport} onChange={(event) => change({ sport: event.target.value })} sx={{ minWidth: 160 }}>
          <MenuItem value="">{WORDS.common.allSports}</MenuItem>
          {brand.sports.map(({ id, name }) => (
            <MenuItem key={id} value={id}>
              {name}
            </MenuItem>
          ))}
        </TextField>
      )}
      {scope === 'EVENT' && (
        <TextField label={WORDS.board.day({ timeZone: zoneName(brand.timeZone) })} type="date" value={filters.day} onChange={(event) => change({ day: event.target.value })} />
      )}
      <Where brand={brand} filters={filters} onChange={change} />
      <FormControlLabel control={<Switch checked={filters.onBoard} onChange={(_, onBoard) => change({ onBoard })} />} label={WORDS.board.onlyWhatIsOnTheBoard} />
    </Stack>
  );
}

const NOTHING_TOLD = [WORDS.board.nothingLikeThisIsComingUp, WORDS.board.providersTellSports] as const;
const NO_ENTRY = [WORDS.board.theBoardHasNoEntryLikeThis, WORDS.board.oneAllApprovedHereAlsoIfNo] as const;

function Items({ brand, scope, filters }: Omit<FilterProps, 'onChange'>) {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const may = useMay('events.edit');
  const { sport, search, day, territory, locale, onBoard } = filters;
  const variables = { brand: brand.id, scope, sport: sport || null, search, day: scope === 'EVENT' ? day : null, territory, locale, onBoard, after: cursors.at(-1) ?? null };
  const { data, problem } = useGraph(BOARD, variables);
  if (data === null) return <Waiting problem={problem} rows={8} />;
  const { nodes, endCursor, hasNextPage } = data.board;
  const [nothing, filledBy] = onBoard ? NO_ENTRY : NOTHING_TOLD;
  return (
    <Box>
      <DataRows label={WORDS.board.whatIsShown} rows={nodes} id={({ id }) => id} nothing={nothing} filledBy={filledBy} columns={columns(scope, may)} />
      <Stack direction="row" spacing={1}>
        {cursors.length > 0 && <Button onClick={() => setCursors(cursors.slice(0, -1))}>{WORDS.common.previous}</Button>}
        {hasNextPage && endCursor !== null && <Button onClick={() => setCursors([...cursors, endCursor])}>{WORDS.common.next}</Button>}
      </Stack>
    </Box>
  );
}

function columns(scope: BoardScope, may: boolean): readonly Column<BoardItem>[] {
  const starts: Column<BoardItem> = { head: WORDS.common.starts, cell: ({ startsAt, brand }) => moment(startsAt, brand) };
  const within: Column<BoardItem> = { head: WORDS.common.competition, cell: ({ competition }) => competition };
  return [
    { head: WORDS.board.shownAs, cell: (item) => <ShownAs item={item} /> },
    ...(scope === 'EVENT' ? [within, starts] : []),
    { head: WORDS.board.place, cell: ({ position }) => position ?? '–', right: true },
    { head: WORDS.common.now, cell: (item) => <Now item={item} /> },
    { head: WORDS.board.nextChange, cell: ({ changesAt, brand }) => moment(changesAt, brand) },
    { head: WORDS.common.pending, cell: (item) => <Pending item={item} /> },
    {
      head: WORDS.common.open,
      cell: (item) => (
        <Button component={Link} size="small" to={pathOf(item, item.brand)} aria-label={may ? WORDS.board.editEntry({ name: item.name }) : WORDS.board.lookAt({ name: item.name })}>
          {may ? WORDS.board.edit : WORDS.board.look}
        </Button>
      ),
      isMenu: true,
    },
  ];
}

/** The name that customers see, and the providers' below it where it differs. */
function ShownAs({ item }: { readonly item: BoardItem }) {
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
      {item.imageAddress?.startsWith('/backoffice/') === true && (
        <Box component="img" src={item.imageAddress} alt="" sx={{ inlineSize: 48, blockSize: 24, objectFit: 'cover', borderRadius: 1 }} />
      )}
      <Box sx={{ minWidth: 160 }}>
        <bdi>{item.shownName}</bdi>
        {item.shownName !== item.name && (
          <Typography variant="caption" component="div" color="textSecondary">
            <bdi>{item.name}</bdi>
          </Typography>
        )}
      </Box>
    </Stack>
  );
}

function Now({ item: { hidden, onBoard } }: { readonly item: BoardItem }) {
  if (hidden) return <ToneChip tone="warning" label={WORDS.board.notShown} />;
  return onBoard ? <ToneChip tone="good" label={WORDS.board.byTheBoard} /> : <ToneChip tone="neutral" label={WORDS.board.asTold} />;
}

function Pending({ item: { pending } }: { readonly item: BoardItem }) {
  const newest = pending[0];
  if (newest === undefined) return <>–</>;
  return (
    <Button component={Link} size="small" to={`/approvals/${encodeURIComponent(newest.id)}/show`}>
      {WORDS.board.proposals({ count: pending.length, proposedBy: newest.proposedBy })}
    </Button>
  );
}
