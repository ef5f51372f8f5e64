/** A record's time, in the zone of its brand, or in that of the page if it has none; to the second where the pointer rests. */
import { useRecordContext } from 'react-admin';

import { moment } from './moments.ts';

interface Props {
  readonly source: string;
  readonly label?: string;
}

export function MomentField({ source }: Props) {
  const record = useRecordContext();
  const [at, brand] = [record?.[source] as string | null | undefined, record?.['brand'] as string | null | undefined];
  if (at === null || at === undefined) return <>–</>;
  return (
    <time dateTime={at} title={at}>
      {moment(at, brand ?? null)}
    </time>
  );
}
