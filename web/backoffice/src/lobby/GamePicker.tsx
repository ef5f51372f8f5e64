/** Games that are listed by hand, in order: found by their names, moved and taken out. */
import ArrowCircleDown from '@mui/icons-material/ArrowCircleDown';
import ArrowCircleUp from '@mui/icons-material/ArrowCircleUp';
import Delete from '@mui/icons-material/Delete';
import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Stack from '@mui/material/Stack';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { ToneChip } from '../look/ToneChip.tsx';
import { useDelayed } from '../graph/useDelayed.ts';
import { useGraph } from '../graph/useGraph.ts';
import { LOBBY_GAMES } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

import type { ListedGame } from './sections.ts';

interface Props {
  readonly brand: string;
  readonly games: readonly ListedGame[];
  readonly said: string;
  readonly readOnly: boolean;
  readonly onChange: (games: readonly ListedGame[]) => void;
}

export function GamePicker({ brand, games, said, readOnly, onChange }: Props) {
  function move(at: number, by: number) {
    const [from, to] = [games[at], games[at + by]];
    if (from === undefined || to === undefined) return;
    onChange(games.map((game) => (game === from ? to : game === to ? from : game)));
  }
  return (
    <Stack spacing={1}>
      <Stack component="ol" aria-label={WORDS.common.games} sx={{ margin: 0, paddingLeft: 3 }}>
        {games.map((game, at) => (
          <Box component="li" key={game.id}>
            <Stack direction="row" spacing={1} useFlexGap sx={{ alignItems: 'center', flexWrap: 'wrap' }}>
              <bdi>{game.name}</bdi>
              {!game.exists && <ToneChip tone="warning" label={WORDS.lobby.noProviderHasIt} />}
              {!readOnly && (
                <>
                  <IconButton size="small" aria-label={WORDS.lobby.moveUp({ name: game.name })} disabled={at === 0} onClick={() => move(at, -1)}>
                    <ArrowCircleUp fontSize="small" />
                  </IconButton>
                  <IconButton size="small" aria-label={WORDS.lobby.moveDown({ name: game.name })} disabled={at === games.length - 1} onClick={() => move(at, 1)}>
                    <ArrowCircleDown fontSize="small" />
                  </IconButton>
                  <IconButton size="small" aria-label={WORDS.lobby.takeOut({ name: game.name })} onClick={() => onChange(games.filter((one) => one !== game))}>
                    <Delete fontSize="small" />
                  </IconButton>
                </>
              )}
            </Stack>
          </Box>
        ))}
      </Stack>
      {!readOnly && <Finder brand={brand} games={games} said={said} onFound={(game) => onChange([...games, game])} />}
    </Stack>
  );
}

interface FinderProps extends Pick<Props, 'brand' | 'games' | 'said'> {
  readonly onFound: (game: ListedGame) => void;
}

function Finder({ brand, games, said, onFound }: FinderProps) {
  const [search, setSearch] = useState('');
  const settled = useDelayed(search);
  const { data, problem } = useGraph(LOBBY_GAMES, settled === '' ? null : { brand, search: settled });
  const listed = new Set(games.map(({ id }) => id));
  const found = settled === '' ? [] : (data?.lobbyGames.nodes ?? []).filter(({ id }) => !listed.has(id));
  return (
    <Autocomplete
      options={[...found]}
      value={null}
      inputValue={search}
      filterOptions={(options) => options}
      getOptionLabel={({ name }) => name}
      getOptionKey={({ id }) => id}
      renderOption={({ key, ...props }, { name, studio, certified }) => (
        <li key={key} {...props}>
          <bdi>{name}</bdi>, <bdi>{studio}</bdi>
          {certified.length > 0 && ` (${certified.join(', ')})`}
        </li>
      )}
      noOptionsText={search === '' ? WORDS.lobby.writeAPartOfItsName : WORDS.lobby.noSuchGameMayShownBrand}
      onInputChange={(_, text, why) => setSearch(why === 'input' ? text : '')}
      onChange={(_, game) => game !== null && onFound({ id: game.id, name: game.name, exists: true })}
      renderInput={(params) => <TextField {...params} label={WORDS.lobby.addAGame} error={said !== '' || problem !== ''} helperText={said || problem} />}
    />
  );
}
