/** The answer to a question: up to when it is complete, a chart where its rows are labels with figures, the rows, and files. */
import Download from '@mui/icons-material/Download';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';
import { useNotify } from 'react-admin';

import { chartOf, isMeasure, isTimes, shownOf, writerOf } from './answer.ts';
import { Summaries } from './Summaries.tsx';
import { ReadUntil } from './ReadUntil.tsx';
import { pressed, sorted, type Order } from './sorting.ts';
import { BarChart } from '../charts/BarChart.tsx';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { saveFile } from '../risk/figures/downloads.ts';
import { number } from '../money/amounts.ts';
import { forAllBrands } from '../session/permissions.ts';
import { messageOf } from '../session/session.ts';
import { WORDS } from '../words/index.ts';

import type { AnalyticsAnswer } from '../graph/generated/operations.ts';

interface Props {
  /** What was asked, which files ask again. */
  readonly sql: string;
  readonly answer: AnalyticsAnswer['analyticsAnswer'];
  /** How many milliseconds it took. */
  readonly took: number;
  /** Whether another question stands in the editor by now. */
  readonly isOfOther: boolean;
}

const FORMS = [
  ['csv', 'CSV'],
  ['parquet', WORDS.analytics.parquet],
] as const;

const MAX_HEIGHT = 480;

/** A row with its place, because two rows may be the same. */
interface Numbered {
  readonly cells: readonly (string | null)[];
  readonly at: number;
}

function AnswerRows({ answer }: Pick<Props, 'answer'>) {
  const [order, setOrder] = useState<Order | null>(null);
  const shown = number(answer.rows.length);
  const isCut = answer.rows.length < answer.rowCount;
  const columns = useMemo(
    () => answer.columns.map((head, column) => ({ head, write: writerOf(answer, column), right: isMeasure(answer, column), isOneLine: isTimes(answer, column) })),
    [answer],
  );
  return (
    <Stack spacing={1} sx={{ marginTop: 2 }}>
      <Summaries answer={answer} />
      <Typography role="status" variant="body2" color="textSecondary">
        {order !== null && isCut && WORDS.analytics.onlyShownRowsSorted({ shown, all: number(answer.rowCount) })}
      </Typography>
      <DataRows
        label={WORDS.analytics.rowsOfTheAnswer}
        rows={sorted(answer, order).map((cells, at) => ({ cells, at }))}
        id={({ at }: Numbered) => String(at)}
        nothing=""
        maxHeight={MAX_HEIGHT}
        columns={columns.map(({ write, ...of }, column) => ({
          ...of,
          cell: ({ cells }: Numbered) => write(cells[column]),
          onSort: () => setOrder(pressed(order, column)),
          sorted: order?.column !== column ? undefined : order.isDown ? ('desc' as const) : ('asc' as const),
        }))}
      />
    </Stack>
  );
}

export function AnswerCard({ sql, answer, took, isOfOther }: Props) {
  const mayExport = useMay(forAllBrands('risk.export'));
  const notify = useNotify();
  const [isSaving, setSaving] = useState(false);
  const chart = chartOf(answer);

  function save(form: string) {
    setSaving(true);
    saveFile(`analytics-${form}`, { sql }, `answer.${form}`)
      .catch((error: unknown) => notify(messageOf(error), { type: 'error' }))
      .finally(() => setSaving(false));
  }

  return (
    <Card component="section" aria-label={WORDS.analytics.answer}>
      <CardContent>
        <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center', marginBottom: 1 }}>
          <Typography variant="h6" component="h3" sx={{ flex: '1 1 auto' }}>
            {shownOf(answer.rows.length, answer.rowCount, took)}
          </Typography>
          {mayExport && answer.rows.length > 0 && (
            <Stack direction="row" spacing={1} sx={{ whiteSpace: 'nowrap' }}>
              {FORMS.map(([form, label]) => (
                <Button key={form} size="small" startIcon={<Download />} disabled={isSaving} onClick={() => save(form)}>
                  {WORDS.analytics.export({ label })}
                </Button>
              ))}
            </Stack>
          )}
        </Stack>
        {isOfOther && (
          <Typography component="code" variant="body2" color="textSecondary" sx={{ display: 'block', overflowWrap: 'anywhere' }}>
            {sql}
          </Typography>
        )}
        {answer.completeness.map((cell) => (
          <ReadUntil key={cell.cell} cell={cell} brand={null} />
        ))}
        {chart !== null && (
          <Box sx={{ marginTop: 2 }}>
            <Typography variant="body2" sx={{ fontWeight: 500 }}>
              {chart.label}
            </Typography>
            <BarChart {...chart} label={WORDS.analytics.asInTheTableBelow({ label: chart.label })} />
          </Box>
        )}
        {answer.rows.length > 0 && <AnswerRows answer={answer} />}
      </CardContent>
    </Card>
  );
}
