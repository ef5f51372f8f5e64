/** Pages without numbers: the graph's lists know whether there is a next page, not how many rows there are. */
import ChevronLeft from '@mui/icons-material/ChevronLeft';
import ChevronRight from '@mui/icons-material/ChevronRight';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useListContext } from 'react-admin';

import { WORDS } from '../words/index.ts';

export function KeysetPagination() {
  const { page, setPage, hasNextPage, hasPreviousPage } = useListContext();
  if (hasNextPage !== true && hasPreviousPage !== true) return null;
  return (
    <Stack
      component="nav"
      aria-label={WORDS.common.pages}
      direction="row"
      spacing={1}
      sx={{ justifyContent: 'flex-end', alignItems: 'center', padding: 1 }}
    >
      <Button startIcon={<ChevronLeft />} disabled={hasPreviousPage !== true} onClick={() => setPage(page - 1)}>
        {WORDS.common.back}
      </Button>
      <Typography variant="body2">{WORDS.common.page({ page })}</Typography>
      <Button endIcon={<ChevronRight />} disabled={hasNextPage !== true} onClick={() => setPage(page + 1)}>
        {WORDS.common.next}
      </Button>
    </Stack>
  );
}
