/** How many customers have earned a week's reward: counted when asked for, because each of them is counted. */
import Button from '@mui/material/Button';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { run } from '../graph/graph.ts';
import { messageOf } from '../session/session.ts';
import { WEEK_CUSTOMERS } from '../graph/generated/operations.ts';
import { weekName } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

interface Props {
  readonly brand: string;
  readonly isoWeek: string;
  readonly jurisdiction: string;
  readonly currency: string;
}

interface Counted {
  readonly jurisdiction: string;
  readonly currency: string;
  readonly status: string;
  readonly customers: number;
}

export function WeekCustomers({ brand, isoWeek, jurisdiction, currency }: Props) {
  const [counted, setCounted] = useState<readonly Counted[] | null>(null);
  const notify = useNotify();

  async function count() {
    try {
      const { weekCustomers } = await run(WEEK_CUSTOMERS, { brand, isoWeek });
      setCounted(weekCustomers.filter((one) => one.jurisdiction === jurisdiction && one.currency === currency));
    } catch (error) {
      notify(messageOf(error), { type: 'error' });
    }
  }

  if (counted !== null) return counted.map(({ status, customers }) => `${customers} ${status}`).join(', ') || WORDS.common.noneInline;
  return (
    <Button size="small" onClick={() => void count()} aria-label={WORDS.operations.countTheCustomersOf({ week: weekName(isoWeek) })}>
      {WORDS.operations.count}
    </Button>
  );
}
