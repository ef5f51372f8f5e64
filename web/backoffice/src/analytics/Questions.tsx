/** Questions in SQL: an editor, the tables with their sentences beside it, and the answer as a table and a chart. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { visuallyHidden } from '@mui/utils';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router-dom';

import { shownOf } from './answer.ts';
import { AnswerCard } from './AnswerCard.tsx';
import { EXAMPLES } from './examples.ts';
import { Filling } from './Filling.tsx';
import { keepQuestion, keepWritten, writtenQuestion } from './lastQuestions.ts';
import { QuestionMenu } from './QuestionMenu.tsx';
import { SqlField } from './SqlField.tsx';
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

/** Each question is recorded, so a store that is being filled is asked again less often than it could be. */
const SECONDS_UNTIL_ASKED_AGAIN = 15;

interface Asked {
  readonly sql: string;
  /** How many milliseconds the answer took. */
  readonly took: number;
  readonly answer: AnalyticsAnswer['analyticsAnswer'];
}

async function answerTo(sql: string, signal?: AbortSignal): Promise<Asked> {
  const since = performance.now();
  const { analyticsAnswer } = await run(ANALYTICS_ANSWER, { sql }, signal);
  return { sql, answer: analyticsAnswer, took: performance.now() - since };
}

/** What is said of an answer to those who listen. */
function told(asked: Asked | null): string {
  if (asked?.answer.filling !== null) return '';
  return shownOf(asked.answer.rows.length, asked.answer.rowCount, asked.took);
}

function Editor() {
  const [sql, setSql] = useState(() => writtenQuestion() ?? EXAMPLES[0].sql);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [problem, setProblem] = useState('');
  const [asking, setAsking] = useState<AbortController | null>(null);
  const [isCancelled, setCancelled] = useState(false);
  const isAsking = asking !== null;
  const field = useRef<HTMLTextAreaElement>(null);

  function write(question: string) {
    setSql(question);
    keepWritten(question);
  }

  /** What was written stays among the last questions, unless it is an example. */
  function replace(question: string) {
    if (sql.trim() !== '' && !EXAMPLES.some((example) => example.sql === sql)) keepQuestion(sql);
    write(question);
  }

  function fail(error: unknown) {
    setAsked(null);
    setProblem(messageOf(error));
  }

  async function ask() {
    const asks = new AbortController();
    setAsking(asks);
    setProblem('');
    setAsked(null);
    setCancelled(false);
    keepQuestion(sql);
    try {
      setAsked(await answerTo(sql, asks.signal));
    } catch (error) {
      if (!asks.signal.aborted) fail(error);
    } finally {
      setCancelled(asks.signal.aborted);
      setAsking(null);
    }
  }

  /** The button goes with what it has cancelled. */
  function cancel() {
    asking?.abort();
    field.current?.focus();
  }

  useEffect(() => () => asking?.abort(), [asking]);

  useEffect(() => {
    if (typeof asked?.answer.filling !== 'string') return undefined;
    const left = new AbortController();
    const again = () =>
      answerTo(asked.sql, left.signal).then(setAsked, (error: unknown) => {
        if (!left.signal.aborted) fail(error);
      });
    const timer = window.setTimeout(() => void again(), SECONDS_UNTIL_ASKED_AGAIN * 1000);
    return () => {
      left.abort();
      window.clearTimeout(timer);
    };
  }, [asked]);

  const isReady = sql.trim() !== '' && !isAsking;
  return (
    <Box sx={{ display: 'grid', gap: 3, gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 1fr) 320px' }, alignItems: 'start' }}>
      <Stack spacing={2}>
        <Stack direction="row" spacing={1} useFlexGap role="group" aria-label={WORDS.analytics.examples} sx={{ flexWrap: 'wrap' }}>
          {EXAMPLES.map(({ name, sql: example }) => (
            <Chip key={name} label={name} variant="outlined" onClick={() => replace(example)} />
          ))}
        </Stack>
        <SqlField field={field} value={sql} onChange={write} onAsk={() => isReady && void ask()} />
        <Stack direction="row" spacing={1}>
          <Button variant="contained" disabled={!isReady} onClick={() => void ask()}>
            {WORDS.analytics.ask}
          </Button>
          {isAsking && <Button onClick={cancel}>{WORDS.common.cancel}</Button>}
          <QuestionMenu onChoose={replace} />
        </Stack>
        <Typography role="status" color="textSecondary" sx={isAsking || isCancelled ? {} : visuallyHidden}>
          {isAsking ? WORDS.analytics.asking : isCancelled ? WORDS.analytics.cancelled : told(asked)}
        </Typography>
        {problem !== '' && (
          <Alert severity="error" sx={{ overflowWrap: 'anywhere' }}>
            {problem}
          </Alert>
        )}
        {typeof asked?.answer.filling === 'string' && <Filling says={asked.answer.filling} then={WORDS.analytics.askedAgainByItself} />}
        {asked?.answer.filling === null && <AnswerCard {...asked} isOfOther={asked.sql !== sql} />}
      </Stack>
      <TableList onAsk={replace} />
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
