/** A list as customers see it, before and after a proposal side by side, for a country, a language and a time. */
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';

import { SCOPES } from './words.ts';
import { moment } from '../../time/moments.ts';
import { WORDS } from '../../words/index.ts';

import type { BoardPreview, BoardPreviewList, BoardScope } from '../../graph/generated/operations.ts';

interface Props {
  readonly preview: BoardPreview;
  readonly brand: string;
  readonly scope: BoardScope;
  readonly entry: string;
}

export function PreviewLists({ preview, brand, scope, entry }: Props) {
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: { xs: '1fr', md: 'repeat(2, minmax(0, 1fr))' }, gap: 2 }}>
      <List title={WORDS.common.before} shown={preview.before} brand={brand} scope={scope} entry={entry} />
      <List title={WORDS.common.after} shown={preview.after} brand={brand} scope={scope} entry={entry} />
    </Box>
  );
}

interface ListProps extends Omit<Props, 'preview'> {
  readonly title: string;
  readonly shown: BoardPreviewList;
}

function List({ title, shown, brand, scope, entry }: ListProps) {
  const { place, total, first, items } = shown;
  return (
    <Card component="section" aria-label={title}>
      <CardContent>
        <Typography variant="subtitle1" component="h4">
          {title}
        </Typography>
        <Typography color="textSecondary" variant="body2" gutterBottom>
          {place === null ? WORDS.board.thisIsNotShown({ scope: SCOPES[scope] }) : WORDS.board.placeOf({ place, total })}
        </Typography>
        <Stack component="ol" start={first} spacing={0.5} sx={{ margin: 0, paddingLeft: 3 }}>
          {items.map((item) => (
            <Box component="li" key={item.entry} aria-current={item.entry === entry} sx={item.entry === entry ? { fontWeight: 600 } : {}}>
              {item.imageAddress?.startsWith('/backoffice/') === true && (
                <Box component="img" src={item.imageAddress} alt="" sx={{ inlineSize: 48, blockSize: 24, objectFit: 'cover', borderRadius: 1, marginRight: 1, verticalAlign: 'middle' }} />
              )}
              <bdi>{item.name}</bdi>
              {item.startsAt !== null && (
                <Typography component="span" variant="caption" color="textSecondary" sx={{ marginLeft: 1 }}>
                  {moment(item.startsAt, brand)}
                </Typography>
              )}
            </Box>
          ))}
        </Stack>
      </CardContent>
    </Card>
  );
}
