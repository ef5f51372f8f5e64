/** Shows a JSON value of a record as text: content is data, and nothing of it is interpreted. */
import Typography from '@mui/material/Typography';
import { useRecordContext } from 'react-admin';

interface Props {
  readonly source: string;
  readonly label?: string;
}

export function JsonField({ source }: Props) {
  const value: unknown = useRecordContext()?.[source];
  if (value === null || value === undefined) return <Typography color="textSecondary">–</Typography>;
  return (
    <Typography
      component="pre"
      variant="body2"
      sx={{ fontFamily: 'monospace', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}
    >
      {JSON.stringify(value, null, 2)}
    </Typography>
  );
}
