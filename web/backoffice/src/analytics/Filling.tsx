/** In place of charts while history is being filled: how far it is, and that they come by themselves. */
import Alert from '@mui/material/Alert';
import LinearProgress from '@mui/material/LinearProgress';
import Stack from '@mui/material/Stack';

import { WORDS } from '../words/index.ts';

interface Props {
  /** What the store says, with its percentage. */
  readonly says: string;
  /** What comes then, in a sentence. */
  readonly then?: string;
}

export function Filling({ says, then = WORDS.analytics.chartsAppearHereByThemselves }: Props) {
  const percent = Number(/(\d+) %/u.exec(says)?.[1] ?? Number.NaN);
  return (
    <Alert severity="info" role="status">
      <Stack spacing={1}>
        <span>{says.replace(/ Answers come when it is done\.$/u, '')}</span>
        <span>{then}</span>
        {Number.isNaN(percent) || <LinearProgress variant="determinate" value={percent} aria-label={WORDS.analytics.howFarHistoryIsFilled} />}
      </Stack>
    </Alert>
  );
}
