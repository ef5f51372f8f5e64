/** Questions in SQL: an editor, the tables with their sentences beside it, and the answer as a table and a chart. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Link } from 'react-router-dom';

import { AnswerCard } from './AnswerCard.tsx';
import { EXAMPLES } from './examples.ts';
import { Filling } from './Filling.tsx';
import { TableList } from './TableList.tsx';
import { run } from '../graph/graph.ts';
import { ANALYTICS_ANSWER } from '../graph/generated/operations.ts';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { forAllBrands } from '../session/permissions.ts';
import { messageOf } from '../session/session.ts';
import { WORDS } from '../words/index.ts';

import type { AnalyticsAnswer } from '../graph/generated/operations.ts';

const ABOUT = WORDS.analytics.askAboutEverythingHappened;

interface Asked {
  readonly sql: string;
  readonly answer: AnalyticsAnswer['analyticsAnswer'];
}

function Editor() {
  const [sql, setSql] = useState<string>(EXAMPLES[0].sql);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [problem, setProblem] = useState('');
  const [isAsking, setAsking] = useState(false);

  async function ask() {
    setAsking(true);
    setProblem('');
    try {
      const { analyticsAnswer } = await run(ANALYTICS_ANSWER, { sql });
      setAsked({ sql, answer: analyticsAnswer });
    } catch (error) {
      setAsked(null);
      setProblem(messageOf(error));
    } finally {
      setAsking(false);
    }
  }

  const isReady = sql.trim() !== '' && !isAsking;
  return (
    <Box sx={{ display: 'grid', gap: 3, gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 1fr) 320px' }, alignItems: 'start' }}>
      <Stack spacing={2}>
        <Stack direction="row" spacing={1} useFlexGap role="group" aria-label={WORDS.analytics.examples} sx={{ flexWrap: 'wrap' }}>
          {EXAMPLES.map(({ name, sql: example }) => (
            <Chip key={name} label={name} variant="outlined" onClick={() => setSql(example)} />
          ))}
        </Stack>
        <TextField
          label={WORDS.analytics.questionInSql}
          value={sql}
          onChange={(event) => setSql(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && isReady) void ask();
          }}
          multiline
          minRows={6}
          maxRows={20}
          helperText={WORDS.analytics.ctrlEnterAsks}
          slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: 'monospace' } } }}
        />
        <Button variant="contained" disabled={!isReady} onClick={() => void ask()} sx={{ alignSelf: 'flex-start' }}>
          {isAsking ? WORDS.analytics.asking : WORDS.analytics.ask}
        </Button>
        {problem !== '' && (
          <Alert severity="error" sx={{ overflowWrap: 'anywhere' }}>
            {problem}
          </Alert>
        )}
        {asked !== null && (asked.answer.filling === null ? <AnswerCard {...asked} /> : <Filling says={asked.answer.filling} then={WORDS.analytics.askAgainInAMoment} />)}
      </Stack>
      <TableList onAsk={setSql} />
    </Box>
  );
}

export function Questions() {
  const mayAsk = useMay(forAllBrands('risk.ask'));
  const reports = (
    <Button component={Link} to="/analytics" size="small">
      {WORDS.analytics.reports}
    </Button>
  );
  return (
    <Page title={WORDS.frame.screens.questions} about={ABOUT} actions={reports}>
      {mayAsk ? <Editor /> : <Typography>{WORDS.analytics.yourRolesDoNotPermitThis}</Typography>}
    </Page>
  );
}
