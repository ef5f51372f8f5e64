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
import { WORDS } from '../words/index.ts';

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
  ['', WORDS.lobby.allDevices],
  ['DESKTOP', WORDS.lobby.computersOnly],
  ['MOBILE', WORDS.lobby.phonesOnly],
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
          <TextField label={WORDS.common.id} value={section.id} onChange={(event) => onChange({ id: event.target.value })} error={exactly('id') !== ''} helperText={exactly('id') || (list === 'groups' ? WORDS.lobby.rewardsNameTheGroupByIt : WORDS.lobby.smallLettersDigitsAndHyphens)} slotProps={{ htmlInput: { readOnly } }} />
          {content.locales.map((locale) => (
            <TextField
              key={locale}
              label={WORDS.common.nameIn({ locale: languageName(locale) })}
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
  return name === '' ? list === 'groups' ? WORDS.lobby.aNewGroup : WORDS.lobby.aNewSection : name;
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
          <IconButton aria-label={WORDS.lobby.moveUp({ name: title })} disabled={at === 0} onClick={() => onMove(-1)}>
            <ArrowCircleUp fontSize="small" />
          </IconButton>
          <IconButton aria-label={WORDS.lobby.moveDown({ name: title })} disabled={at === count - 1} onClick={() => onMove(1)}>
            <ArrowCircleDown fontSize="small" />
          </IconButton>
          <IconButton aria-label={WORDS.lobby.remove({ title })} onClick={onRemove}>
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
      <TextField select label={WORDS.common.games} value={by} disabled={readOnly} onChange={(event) => onChange({ by: event.target.value })} error={by !== 'hand' && said('games') !== ''} helperText={by === 'hand' ? WORDS.lobby.thoseNotAllowedWhere : said('games')}>
        {WAYS.map(([value, label]) => (
          <MenuItem key={value} value={value}>
            {label}
          </MenuItem>
        ))}
      </TextField>
      {by === 'hand' && <GamePicker brand={brand} games={section.games} said={said('games')} readOnly={readOnly} onChange={(games) => onChange({ games })} />}
      {COUNTS_DAYS.has(by) && (
        <TextField
          label={by === 'new' ? WORDS.lobby.firstSeenInTheLastDays : WORDS.lobby.playedInTheLastDays}
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
        <TextField label={by === 'tag' ? WORDS.lobby.tag : WORDS.lobby.providerOrStudio} value={section.value} onChange={(event) => onChange({ value: event.target.value })} error={said('rule.value') !== ''} helperText={said('rule.value')} slotProps={{ htmlInput: { readOnly } }} />
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
          label={WORDS.lobby.onlyIn}
          value={[...section.jurisdictions]}
          disabled={readOnly}
          onChange={({ target: { value } }) => onChange({ jurisdictions: typeof value === 'string' ? value.split(',') : value })}
          error={said('jurisdictions') !== ''}
          helperText={said('jurisdictions') || WORDS.lobby.noneChosen}
          slotProps={MANY}
        >
          {content.jurisdictions.map((code) => (
            <MenuItem key={code} value={code}>
              {countryName(code)}
            </MenuItem>
          ))}
        </TextField>
      )}
      <TextField select label={WORDS.lobby.devices} value={device} disabled={readOnly} onChange={(event) => onChange({ devices: event.target.value === '' ? [] : [event.target.value] })} sx={{ maxWidth: 320 }}>
        {DEVICES.map(([value, label]) => (
          <MenuItem key={value} value={value}>
            {label}
          </MenuItem>
        ))}
      </TextField>
      <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2}>
        <Moment label={WORDS.common.from} zone={content.timeZone} value={section.since} occurrence={section.sinceOccurrence} said={said('since')} empty={WORDS.common.emptyAtOnce} readOnly={readOnly} onChange={(since, sinceOccurrence) => onChange({ since, sinceOccurrence })} />
        <Moment label={WORDS.common.until} zone={content.timeZone} value={section.until} occurrence={section.untilOccurrence} said={said('until')} empty={WORDS.common.emptyWithoutAnEnd} readOnly={readOnly} onChange={(until, untilOccurrence) => onChange({ until, untilOccurrence })} />
      </Stack>
    </>
  );
}
