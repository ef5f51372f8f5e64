/** Tries a version over the bets of a week that is over: a job with progress and a result. */
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import PlayArrow from '@mui/icons-material/PlayArrow';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';

import { DryRunResults } from './DryRunResults.tsx';
import { run } from '../graph/graph.ts';
import { messageOf } from '../session/session.ts';
import { WeekSelect } from '../time/WeekSelect.tsx';
import { CANCEL_JOB, READ_DRY_RUN, START_DRY_RUN } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { DryRun, SchemeInput } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly currency: string;
  readonly scheme: SchemeInput;
  readonly disabled: boolean;
}

const LOOK_AGAIN_MS = 700;
/** How far back a week can be chosen: half a year. */
const WEEKS_BACK = 26;

export function DryRunPanel({ brand, currency, scheme, disabled }: Props) {
  const [week, setWeek] = useState('');
  const [job, setJob] = useState<DryRun | null>(null);
  const [problem, setProblem] = useState('');
  const underWay = job !== null && (job.status === 'QUEUED' || job.status === 'RUNNING');
  const id = job?.id ?? '';

  useEffect(() => {
    if (!underWay) return;
    const timer = setTimeout(() => {
      run(READ_DRY_RUN, { id })
        .then(({ dryRun }) => setJob(dryRun))
        .catch((error: unknown) => setProblem(messageOf(error)));
    }, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [underWay, id, job]);

  async function attempt(work: () => Promise<void>) {
    setProblem('');
    try {
      await work();
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  const start = () =>
    attempt(async () => {
      const input = { brand, scheme, isoWeek: week === '' ? null : week };
      setJob((await run(START_DRY_RUN, { input })).startDryRun);
    });
  const cancel = () =>
    attempt(async () => {
      await run(CANCEL_JOB, { id });
      setJob((await run(READ_DRY_RUN, { id })).dryRun);
    });

  return (
    <Stack spacing={2} component="section" aria-label={WORDS.common.dryRun}>
      <Typography variant="h6" component="h2">
        {WORDS.common.dryRun}
      </Typography>
      <Stack direction="row" spacing={2} sx={{ alignItems: 'flex-start' }}>
        <WeekSelect brand={brand} value={week} onChange={setWeek} before={WEEKS_BACK} every={WORDS.rules.theLastWeekThatIsOver} />
        <Button variant="outlined" sx={{ flexShrink: 0 }} startIcon={<PlayArrow />} disabled={disabled || underWay} onClick={() => void start()}>
          {WORDS.rules.tryIt}
        </Button>
      </Stack>
      {(scheme.events ?? null) !== null && <Alert severity="info">{WORDS.rules.betsJudgedLegsStoredBets}</Alert>}
      {problem !== '' && <Alert severity="error">{problem}</Alert>}
      {underWay && <Progress job={job} onCancel={() => void cancel()} />}
      {job?.status === 'FAILED' && <Alert severity="error">{WORDS.rules.itFailed({ error: job.error ?? WORDS.rules.noReasonIsKnown })}</Alert>}
      {job?.status === 'CANCELLED' && <Alert severity="info">{WORDS.rules.itWasCancelled}</Alert>}
      {job?.result && <DryRunResults job={job} result={job.result} brand={brand} currency={currency} />}
    </Stack>
  );
}

function Progress({ job, onCancel }: { readonly job: DryRun; readonly onCancel: () => void }) {
  const { done, total } = job;
  const text = total === null ? WORDS.rules.customers({ count: done }) : WORDS.rules.ofCustomers({ done, total });
  return (
    <Stack spacing={1}>
      <LinearProgress
        aria-label={text}
        variant={total === null || total === 0 ? 'indeterminate' : 'determinate'}
        value={total === null || total === 0 ? 0 : Math.min(100, (100 * done) / total)}
      />
      <Stack direction="row" spacing={2} sx={{ alignItems: 'center' }}>
        <Typography variant="body2">{text}</Typography>
        <Button size="small" color="error" onClick={onCancel}>
          {WORDS.rules.cancelTheDryRun}
        </Button>
      </Stack>
    </Stack>
  );
}
