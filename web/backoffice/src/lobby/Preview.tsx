/** What customers see, before and after a proposal side by side: somewhere, on a device, at a time. */
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

import { Waiting } from '../components/Waiting.tsx';
import { countryName, languageName } from '../events/board/words.ts';
import { zoneName } from '../time/moments.ts';
import { WORDS } from '../words/index.ts';

import type { LobbyContent, LobbyPreview, LobbyShown } from '../graph/generated/operations.ts';

export interface Looked {
  readonly jurisdiction: string;
  readonly device: string;
  readonly locale: string;
  readonly at: string;
}

interface Props {
  readonly content: LobbyContent;
  readonly looked: Looked;
  readonly preview: LobbyPreview | null;
  readonly onLook: (changed: Partial<Looked>) => void;
}

/** How many games of a section are named. */
const MAX_NAMED = 12;

export function Preview({ content, looked, preview, onLook }: Props) {
  return (
    <>
      <Typography variant="h6" component="h3">
        {WORDS.common.whatCustomersSee}
      </Typography>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: 'wrap' }}>
        <Choice label={WORDS.common.seenIn} value={looked.jurisdiction} options={content.jurisdictions.map((code) => [code, countryName(code)])} onChange={(jurisdiction) => onLook({ jurisdiction })} />
        <Choice label={WORDS.lobby.device} value={looked.device} options={[['DESKTOP', WORDS.lobby.computer], ['MOBILE', WORDS.lobby.phone]]} onChange={(device) => onLook({ device })} />
        <Choice label={WORDS.common.language} value={looked.locale} options={content.locales.map((locale) => [locale, languageName(locale)])} onChange={(locale) => onLook({ locale })} />
        <TextField label={WORDS.common.atTimeZone({ timeZone: zoneName(content.timeZone) })} type="datetime-local" value={looked.at} onChange={(event) => onLook({ at: event.target.value })} helperText={WORDS.lobby.emptyNow} />
      </Stack>
      {preview === null ? (
        <Waiting problem="" />
      ) : (
        <Box sx={{ display: 'grid', gridTemplateColumns: { xs: '1fr', md: 'repeat(2, minmax(0, 1fr))' }, gap: 2 }}>
          <Shown title={WORDS.common.before} sections={preview.before} />
          <Shown title={WORDS.common.after} sections={preview.after} />
        </Box>
      )}
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <TextField select label={label} value={value} onChange={(event) => onChange(event.target.value)} sx={{ minWidth: 160 }}>
      {options.map(([one, name]) => (
        <MenuItem key={one} value={one}>
          {name}
        </MenuItem>
      ))}
    </TextField>
  );
}

function named(games: LobbyShown['games']): string {
  return games.slice(0, MAX_NAMED).map(({ name }) => name).join(', ');
}

function Shown({ title, sections }: { readonly title: string; readonly sections: readonly LobbyShown[] }) {
  return (
    <Card component="section" aria-label={title}>
      <CardContent>
        <Typography variant="subtitle1" component="h4" gutterBottom>
          {title}
        </Typography>
        {sections.length === 0 && <Typography color="textSecondary">{WORDS.lobby.noGameIsShownThere}</Typography>}
        {sections.map(({ id, name, games }) => (
          <Box key={id} sx={{ marginBottom: 1 }}>
            <Typography component="h5" variant="body2" sx={{ fontWeight: 600 }}>
              <bdi>{name}</bdi>
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {games.length > MAX_NAMED ? WORDS.lobby.andMore({ games: named(games), count: games.length - MAX_NAMED }) : named(games)}
            </Typography>
          </Box>
        ))}
      </CardContent>
    </Card>
  );
}
