/** The search of the bar (Ctrl-K): one field and a list, both by keyboard; the server decides what it finds. */
import Search from '@mui/icons-material/Search';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import InputBase from '@mui/material/InputBase';
import Typography from '@mui/material/Typography';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState } from 'react';
import { usePermissions } from 'react-admin';
import { useNavigate } from 'react-router-dom';

import { useBrand } from './brand.tsx';
import { asked, countInWords, listed, targetsOf, type Target } from './finding.ts';
import { run } from '../graph/graph.ts';
import { useDelayed } from '../graph/useDelayed.ts';
import { docsUrl } from '../session/session.ts';
import { SEARCH } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { KeyboardEvent } from 'react';
import type { Search as SearchData } from '../graph/generated/operations.ts';

const NOTHING: ReadonlySet<string> = new Set();
const NOTHING_FOUND: SearchData = { search: [] };
const UNSEEN = { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' } as const;

/** On a narrow screen only the button's picture is seen; its words still name it. */
const DESCRIPTION = { '@media (max-width: 899px)': UNSEEN } as const;

/** The button in the bar, which Ctrl-K presses, too. */
export function SearchButton() {
  const [open, setOpen] = useState(false);

  useEffect(() => {
    function press(event: globalThis.KeyboardEvent) {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      if (document.querySelector('.MuiModal-root:not(.MuiModal-hidden)') === null) setOpen(true);
    }
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);

  return (
    <>
      <Button
        color="inherit"
        variant="outlined"
        size="small"
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
        startIcon={<Search />}
        onClick={() => setOpen(true)}
        sx={{ borderColor: 'divider', color: 'text.secondary', fontWeight: 400, minWidth: 36, marginRight: '8px', '& .MuiButton-startIcon': { margin: { xs: 0, md: '0 8px 0 -2px' } } }}
      >
        <Box component="span" sx={DESCRIPTION}>
          {WORDS.common.search}{' '}
          <Box component="kbd" sx={{ marginLeft: 3, typography: 'caption', border: 1, borderColor: 'divider', borderRadius: 1, paddingInline: '4px' }}>
            {WORDS.frame.ctrlK}
          </Box>
        </Box>
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        aria-label={WORDS.common.search}
        fullWidth
        maxWidth="sm"
        sx={{ '& .MuiDialog-container': { alignItems: 'flex-start' } }}
      >
        <Palette onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

interface Results {
  readonly targets: readonly Target[];
  /** Find what was typed in full, without waiting for a pause of the typing. */
  readonly findExact: () => Promise<Target | undefined>;
  readonly isReading: boolean;
  readonly problem: string;
}

/** What is listed for a text: at once what is known here, and what the graph finds once the typing has paused. */
function useResults(typed: string): Results {
  const { permissions: may = NOTHING } = usePermissions<ReadonlySet<string>>();
  const { brand, brands } = useBrand();
  const settled = useDelayed(typed);
  const wanted = may.has('content.read') ? asked(typed, brand, brands) : null;
  const isSettled = settled === typed;
  const client = useQueryClient();
  const query = {
    queryKey: ['search', wanted],
    queryFn: () => (wanted === null ? Promise.resolve(NOTHING_FOUND) : run(SEARCH, wanted)),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  };
  const { data, error, isFetching } = useQuery({ ...query, enabled: wanted !== null && isSettled });
  return {
    findExact: async () => (await client.query(query)).search.flatMap((one) => targetsOf(one, may)).find(({ exact }) => exact),
    targets: listed(typed, may, docsUrl(), ((wanted === null ? undefined : data) ?? NOTHING_FOUND).search),
    isReading: wanted !== null && data === undefined && error === null && (isFetching || !isSettled),
    problem: wanted === null ? '' : (error?.message ?? ''),
  };
}

function Palette({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState('');
  const latest = useRef('');
  const { targets, findExact, isReading, problem } = useResults(typed);
  const navigate = useNavigate();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    targets.findIndex(({ key }) => key === chosen),
  );
  const active = targets[at];

  function go({ to, isExternal }: Target) {
    onClose();
    if (isExternal) window.open(to, '_blank', 'noreferrer');
    else void navigate(to);
  }

  /** Enter was pressed before the graph has answered. */
  async function goToExact() {
    const exact = await findExact();
    if (exact !== undefined && latest.current === typed) go(exact);
  }

  useEffect(
    () => () => {
      latest.current = '\u0000'; // closed: nothing is opened any more
    },
    [],
  );

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active?.key]);

  function move(event: KeyboardEvent) {
    const last = targets.length - 1;
    const places: Readonly<Record<string, number>> = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at === 0 ? last : at - 1, PageDown: Math.min(last, at + 8), PageUp: Math.max(0, at - 8) };
    const place = places[event.key];
    if (place !== undefined) {
      event.preventDefault();
      setChosen(targets[place]?.key ?? '');
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (active !== undefined && (!isReading || chosen !== '' || active.exact)) go(active);
      else if (isReading) goToExact().catch(() => undefined); // the list says why
    }
  }

  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, padding: '12px 20px', borderBottom: 1, borderColor: 'divider' }}>
        <Search />
        <InputBase
          inputRef={focus}
          fullWidth
          value={typed}
          placeholder={WORDS.frame.customerBetRewardWeek}
          onChange={(event) => {
            setTyped(event.target.value);
            setChosen('');
            latest.current = event.target.value;
          }}
          onKeyDown={move}
          inputProps={{
            'aria-label': WORDS.frame.whatToFind,
            role: 'combobox',
            'aria-expanded': targets.length > 0,
            'aria-controls': `${id}list`,
            'aria-autocomplete': 'list',
            ...(active === undefined ? {} : { 'aria-activedescendant': `${id}${active.key}` }),
          }}
        />
      </Box>
      <Box ref={list} id={`${id}list`} role="listbox" aria-label={WORDS.frame.results} tabIndex={-1} sx={{ overflowY: 'auto', maxHeight: '60vh', padding: '8px' }}>
        {headings(targets).map((heading) => (
          <div key={heading} role="group" aria-label={heading}>
            <Typography variant="overline" component="div" role="presentation" sx={{ padding: '8px 12px 4px', color: 'text.secondary' }}>
              {heading}
            </Typography>
            {targets
              .filter((one) => one.heading === heading)
              .map((one) => (
                <Option key={one.key} id={`${id}${one.key}`} target={one} isActive={one.key === active?.key} onPoint={() => setChosen(one.key)} onGo={() => go(one)} />
              ))}
          </div>
        ))}
      </Box>
      <Box sx={{ display: 'flex', justifyContent: 'space-between', gap: 2, padding: '8px 20px', borderTop: 1, borderColor: 'divider', color: 'text.secondary', typography: 'caption' }}>
        <span role="status">{problem === '' ? countInWords(targets.length, isReading) : problem}</span>
        <span aria-hidden>{WORDS.frame.chooseEnterOpensEscCloses}</span>
        <Box component="span" sx={UNSEEN}>
          {WORDS.frame.viewsOfCustomerDataAreLogged}
        </Box>
      </Box>
    </>
  );
}

/** Whoever opens the search is about to type. */
function focus(field: HTMLInputElement | null) {
  field?.focus();
}

function headings(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.map(({ heading }) => heading))];
}

interface OptionProps {
  readonly id: string;
  readonly target: Target;
  readonly isActive: boolean;
  readonly onPoint: () => void;
  readonly onGo: () => void;
}

/** A result. The field keeps the focus: the keyboard moves through the results from there. */
function Option({ id, target, isActive, onPoint, onGo }: OptionProps) {
  return (
    <Box
      id={id}
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      onMouseMove={onPoint}
      onClick={onGo}
      sx={{ display: 'flex', justifyContent: 'space-between', gap: 2, padding: '8px 12px', borderRadius: 1, cursor: 'pointer', '&[aria-selected=true]': { backgroundColor: 'action.selected' } }}
    >
      <Box component="span" sx={{ overflowWrap: 'anywhere', fontWeight: target.exact ? 600 : 400 }}>
        {target.label}
      </Box>
      <Box component="span" sx={{ color: 'text.secondary', textAlign: 'right' }}>
        {target.note}
      </Box>
    </Box>
  );
}
