/** Exports all that is stored about a customer: starts the job, waits for it, and offers the document. */
import Download from '@mui/icons-material/Download';
import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';
import { useNotify } from 'react-admin';

import { ChangeButton } from '../components/ChangeButton.tsx';
import { run } from '../graph/graph.ts';
import { messageOf } from '../session/session.ts';
import { EXPORT, EXPORT_JOB, READ_EXPORT } from '../graph/generated/operations.ts';
import { WORDS } from '../words/index.ts';

const LOOK_MS = 1000;

interface Props {
  readonly customer: string;
}

/** Let the browser store a text as a file. */
function store(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function ExportButton({ customer }: Props) {
  const [jobId, setJobId] = useState('');
  const [ready, setReady] = useState(false);
  const notify = useNotify();

  useEffect(() => {
    if (jobId === '' || ready) return undefined;
    const looking = setInterval(() => {
      run(EXPORT_JOB, { id: jobId })
        .then(({ job }) => {
          if (job.status === 'DONE') setReady(true);
          if (job.status === 'FAILED' || job.status === 'CANCELLED') {
            setJobId('');
            notify(job.error ?? WORDS.support.theExportDidNotFinish, { type: 'error' });
          }
        })
        .catch(() => undefined);
    }, LOOK_MS);
    return () => clearInterval(looking);
  }, [jobId, ready, notify]);

  async function fetchDocument() {
    try {
      const { customerExport } = await run(READ_EXPORT, { jobId });
      store(customerExport, `${customer.replace(':', '-')}.json`);
    } catch (error) {
      notify(messageOf(error), { type: 'error' });
    }
  }

  if (ready) {
    return (
      <Button startIcon={<Download />} onClick={() => void fetchDocument()}>
        {WORDS.support.fetchTheExport}
      </Button>
    );
  }
  return (
    <ChangeButton
      label={jobId === '' ? WORDS.support.exportData : WORDS.support.exporting}
      question={WORDS.support.allStoredAboutCustomer}
      change={(reason) => run(EXPORT, { input: { customer, reason } })}
      wantsReason
      icon={<Download />}
      onDone={(data) => setJobId((data as { exportCustomer: { jobId: string } }).exportCustomer.jobId)}
    />
  );
}
