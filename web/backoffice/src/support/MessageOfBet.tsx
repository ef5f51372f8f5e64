/** Where a bet's message is on Kafka, and when it arrived: searched for when somebody asks. */
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { run } from '../graph/graph.ts';
import { moment } from '../time/moments.ts';
import { messageOf } from '../session/session.ts';
import { BET_RECORD } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

interface Props {
  readonly brand: string;
  readonly betId: string;
}

export function MessageOfBet({ brand, betId }: Props) {
  const [found, setFound] = useState('');
  const [searching, setSearching] = useState(false);

  async function search() {
    setSearching(true);
    try {
      const { betRecord: one } = await run(BET_RECORD, { brand, betId });
      setFound(
        WORDS.support.messageOfBet({
          topic: one.topic,
          partition: one.partition,
          offset: one.offset,
          revision: one.revision,
          arrivedAt: moment(one.arrivedAt, brand),
          clock: one.arrivalByBroker ? WORDS.support.clockOfBroker : WORDS.support.clockOfProducer,
          occurredAt: moment(one.occurredAt, brand),
        }),
      );
    } catch (error) {
      setFound(messageOf(error));
    } finally {
      setSearching(false);
    }
  }

  return (
    <>
      <Button size="small" disabled={searching} onClick={() => void search()}>
        {WORDS.support.showSourceMessage}
      </Button>
      <Typography variant="body2" role="status">
        {searching ? WORDS.support.searchingKafka : found}
      </Typography>
    </>
  );
}
