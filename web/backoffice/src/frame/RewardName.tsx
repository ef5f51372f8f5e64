/** A reward by its title; its id, small and grey, where it has no text, and beneath the title where versions are told apart. */
import Stack from '@mui/material/Stack';

import { IdText } from '../look/IdText.tsx';
import { rewardName } from './names.ts';

interface Props {
  readonly brand: string;
  readonly reward: string;
  readonly withId?: boolean;
}

export function RewardName({ brand, reward, withId = false }: Props) {
  const name = rewardName(brand, reward);
  if (name === reward) return <IdText id={reward} />;
  if (!withId) return name;
  return (
    <Stack>
      <span>{name}</span>
      <IdText id={reward} />
    </Stack>
  );
}
