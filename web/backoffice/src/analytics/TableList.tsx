/** The tables that one may ask, with what a row means; one that is opened shows its columns. */
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { Sentence } from './Sentence.tsx';
import { typeName } from './types.ts';
import { useGraph } from '../graph/useGraph.ts';
import { ANALYTICS_COLUMNS, ANALYTICS_TABLES } from '../graph/generated/operations.ts';
import { Waiting } from '../components/Waiting.tsx';
import { WORDS } from '../words/index.ts';

interface Props {
  /** Is given the question that reads a table. */
  readonly onAsk: (sql: string) => void;
}

const isReport = (name: string) => name.startsWith('report_');
/** What happened comes before what is made of it. */
const GROUPS = [
  [WORDS.analytics.whatHappened, (name: string) => !isReport(name)],
  [WORDS.analytics.reports, isReport],
] as const;

/** As much of a sentence as fits on two lines; the whole one is there when the table is opened. */
const FIRST_LINES = { display: '-webkit-box', WebkitLineClamp: 2, WebkitBoxOrient: 'vertical', overflow: 'hidden' } as const;

function Columns({ table }: { readonly table: string }) {
  const { data, problem } = useGraph(ANALYTICS_COLUMNS, { table });
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={3} />;
  return (
    <Stack component="dl" spacing={1} sx={{ margin: 0 }}>
      {data.analyticsColumns.map(({ name, type, says }) => (
        <div key={name}>
          <Typography component="dt" variant="body2">
            <code>{name}</code>{' '}
            <Typography component="span" variant="caption" color="textSecondary">
              {typeName(type)}
            </Typography>
          </Typography>
          <Typography component="dd" variant="body2" color="textSecondary" sx={{ margin: 0 }}>
            <Sentence says={says} />
          </Typography>
        </div>
      ))}
    </Stack>
  );
}

function TableEntry({ name, says, onAsk }: Props & { readonly name: string; readonly says: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Box component="details" onToggle={(event) => setOpen(event.currentTarget.open)} sx={{ paddingY: 1, borderTop: 1, borderColor: 'divider' }}>
      <Typography component="summary" variant="body2" sx={{ cursor: 'pointer', overflowWrap: 'anywhere', fontWeight: 500 }}>
        {name}
        {!isOpen && (
          <Typography component="span" variant="body2" color="textSecondary" sx={FIRST_LINES}>
            <Sentence says={says} />
          </Typography>
        )}
      </Typography>
      {isOpen && (
        <Stack spacing={1} sx={{ marginTop: 1, alignItems: 'flex-start' }}>
          <Typography variant="body2">
            <Sentence says={says} />
          </Typography>
          <Button size="small" onClick={() => onAsk(`SELECT * FROM ${name} LIMIT 100`)}>
            {WORDS.analytics.writeAQuestionAbout({ name })}
          </Button>
          <Columns table={name} />
        </Stack>
      )}
    </Box>
  );
}

export function TableList({ onAsk }: Props) {
  const { data, problem } = useGraph(ANALYTICS_TABLES, {});
  const [wanted, setWanted] = useState('');
  if (problem !== '' || data === null) return <Waiting problem={problem} rows={6} />;
  const words = wanted.trim().toLowerCase();
  const tables = data.analyticsTables.filter(({ name, says }) => `${name} ${says}`.toLowerCase().includes(words));
  return (
    <Box component="section" aria-label={WORDS.analytics.tables}>
      <Typography variant="h6" component="h3">
        {WORDS.analytics.tables}
      </Typography>
      <TextField size="small" fullWidth label={WORDS.analytics.findATable} value={wanted} onChange={(event) => setWanted(event.target.value)} sx={{ marginY: 1 }} />
      {tables.length === 0 && <Typography variant="body2">{WORDS.analytics.noTableHasTheseWords}</Typography>}
      <Box tabIndex={0} role="region" aria-label={WORDS.analytics.listOfTables} sx={{ maxHeight: '70vh', overflowY: 'auto' }}>
        {GROUPS.map(([head, isIn]) => {
          const group = tables.filter(({ name }) => isIn(name));
          if (group.length === 0) return null;
          return (
            <Box key={head} component="section" aria-label={head}>
              <Typography variant="subtitle2" component="h4" color="textSecondary" sx={{ paddingTop: 1 }}>
                {head}
              </Typography>
              {group.map((table) => (
                <TableEntry key={table.name} {...table} onAsk={onAsk} />
              ))}
            </Box>
          );
        })}
      </Box>
    </Box>
  );
}
