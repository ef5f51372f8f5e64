/** A section, or a group: its names, its games, and for whom and when it is; what is wrong stands at its field. */
import ArrowCircleDown from '@mui/icons-material/ArrowCircleDown';
import ArrowCircleUp from '@mui/icons-material/ArrowCircleUp';
import Delete from '@mui/icons-material/Delete';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import IconButton from '@mui/material/IconButton';
import MenuItem from '@mui/material/MenuItem';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

import { GamePicker } from './GamePicker.tsx';
import { COUNTS_DAYS, NEEDS_VALUE, WAYS, type SectionForm } from './sections.ts';
import { Moment } from '../events/board/PlacementFields.tsx';
import { countryName, languageName } from '../events/board/words.ts';

import type { LobbyContent, LobbyPreview } from '../graph/generated/operations.ts';

interface Props {
  readonly brand: string;
  readonly content: LobbyContent;
  /** `sections` or `groups`, as the paths of problems begin. */
  readonly list: 'sections' | 'groups';
  readonly section: SectionForm;
  /** Its place among all, from 0. */
  readonly at: number;
  readonly count: number;
  readonly problems: LobbyPreview['problems'];
  readonly readOnly: boolean;
  readonly onChange: (changed: Partial<SectionForm>) => void;
  readonly onMove: (by: number) => void;
  readonly onRemove: () => void;
}

const DEVICES = [
  ['', 'All devices'],
  ['DESKTOP', 'Computers only'],
  ['MOBILE', 'Phones only'],
] as const;
const MANY = { select: { multiple: true } } as const;

export function SectionFields(props: Props) {
  const { content, list, section, at, problems, readOnly, onChange } = props;
  const said = (field: string) => problems.filter(({ path }) => path === `${list}.${at}.${field}` || path.startsWith(`${list}.${at}.${field}.`)).map(({ message }) => message).join(' ');
  const exactly = (field: string) => problems.filter(({ path }) => path === `${list}.${at}.${field}`).map(({ message }) => message).join(' ');
  return (
    <Card component="section" aria-label={titleOf(section, list)}>
      <CardContent>
        <Stack spacing={1.5} sx={{ maxWidth: 640 }}>
          <Heading {...props} />
          <TextField label="Id" value={section.id} onChange={(event) => onChange({ id: event.target.value })} error={exactly('id') !== ''} helperText={exactly('id') || (list === 'groups' ? 'Rewards name the group by it.' : 'Small letters, digits and hyphens.')} slotProps={{ htmlInput: { readOnly } }} />
          {content.locales.map((locale) => (
            <TextField
              key={locale}
              label={`Name in ${languageName(locale)}`}
              value={section.names[locale] ?? ''}
              onChange={(event) => onChange({ names: { ...section.names, [locale]: event.target.value } })}
              error={exactly(`names.${locale}`) !== '' || exactly('names') !== ''}
              helperText={exactly(`names.${locale}`) || exactly('names')}
              slotProps={{ htmlInput: { readOnly, lang: locale, dir: 'auto' } }}
            />
          ))}
          <Games {...props} said={said} />
          {list === 'sections' && <Conditions {...props} said={exactly} />}
        </Stack>
      </CardContent>
    </Card>
  );
}

function titleOf({ id, names }: SectionForm, list: Props['list']): string {
  const name = Object.values(names).find((text) => text !== '') ?? id;
  return name === '' ? `A new ${list === 'groups' ? 'group' : 'section'}` : name;
}

function Heading({ list, section, at, count, readOnly, onMove, onRemove }: Props) {
  const title = titleOf(section, list);
  return (
    <Stack direction="row" sx={{ alignItems: 'center' }}>
      <Typography variant="subtitle1" component="h4" sx={{ flex: 1 }}>
        {at + 1}. <bdi>{title}</bdi>
      </Typography>
      {!readOnly && (
        <>
          <IconButton aria-label={`Move ${title} up`} disabled={at === 0} onClick={() => onMove(-1)}>
            <ArrowCircleUp fontSize="small" />
          </IconButton>
          <IconButton aria-label={`Move ${title} down`} disabled={at === count - 1} onClick={() => onMove(1)}>
            <ArrowCircleDown fontSize="small" />
          </IconButton>
          <IconButton aria-label={`Remove ${title}`} onClick={onRemove}>
            <Delete fontSize="small" />
          </IconButton>
        </>
      )}
    </Stack>
  );
}

interface PartProps extends Props {
  readonly said: (field: string) => string;
}

function Games({ brand, section, readOnly, said, onChange }: PartProps) {
  const { by } = section;
  return (
    <>
      <TextField select label="Games" value={by} disabled={readOnly} onChange={(event) => onChange({ by: event.target.value })} error={by !== 'hand' && said('games') !== ''} helperText={by === 'hand' ? 'Those that are not allowed where a customer is are left out.' : said('games')}>
        {WAYS.map(([value, label]) => (
          <MenuItem key={value} value={value}>
            {label}
          </MenuItem>
        ))}
      </TextField>
      {by === 'hand' && <GamePicker brand={brand} games={section.games} said={said('games')} readOnly={readOnly} onChange={(games) => onChange({ games })} />}
      {COUNTS_DAYS.has(by) && (
        <TextField
          label={by === 'new' ? 'First seen in the last days' : 'Played in the last days'}
          type="number"
          value={section.days}
          onChange={(event) => onChange({ days: event.target.value })}
          error={said('rule.days') !== ''}
          helperText={said('rule.days')}
          slotProps={{ htmlInput: { readOnly, min: 1, max: 90, step: 1 } }}
          sx={{ maxWidth: 320 }}
        />
      )}
      {NEEDS_VALUE.has(by) && (
        <TextField label={by === 'tag' ? 'Tag' : 'Provider or studio'} value={section.value} onChange={(event) => onChange({ value: event.target.value })} error={said('rule.value') !== ''} helperText={said('rule.value')} slotProps={{ htmlInput: { readOnly } }} />
      )}
    </>
  );
}

function Conditions({ content, section, readOnly, said, onChange }: PartProps) {
  const device = section.devices.length === 1 ? (section.devices[0] ?? '') : '';
  return (
    <>
      {content.jurisdictions.length > 1 && (
        <TextField
          select
          label="Only in"
          value={[...section.jurisdictions]}
          disabled={readOnly}
          onChange={({ target: { value } }) => onChange({ jurisdictions: typeof value === 'string' ? value.split(',') : value })}
          error={said('jurisdictions') !== ''}
          helperText={said('jurisdictions') || 'None chosen: wherever the brand is.'}
          slotProps={MANY}
        >
          {content.jurisdictions.map((code) => (
            <MenuItem key={code} value={code}>
              {countryName(code)}
            </MenuItem>
          ))}
        </TextField>
      )}
      <TextField select label="Devices" value={device} disabled={readOnly} onChange={(event) => onChange({ devices: event.target.value === '' ? [] : [event.target.value] })} slotProps={{ select: { displayEmpty: true } }} sx={{ maxWidth: 320 }}>
        {DEVICES.map(([value, label]) => (
          <MenuItem key={value} value={value}>
            {label}
          </MenuItem>
        ))}
      </TextField>
      <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2}>
        <Moment label="From" zone={content.timeZone} value={section.since} occurrence={section.sinceOccurrence} said={said('since')} empty="Empty: at once." readOnly={readOnly} onChange={(since, sinceOccurrence) => onChange({ since, sinceOccurrence })} />
        <Moment label="Until" zone={content.timeZone} value={section.until} occurrence={section.untilOccurrence} said={said('until')} empty="Empty: without an end." readOnly={readOnly} onChange={(until, untilOccurrence) => onChange({ until, untilOccurrence })} />
      </Stack>
    </>
  );
}
