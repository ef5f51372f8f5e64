/** Whether this installation is a rehearsal, whose time can be moved, and its current time. */

/** How often a rehearsal's time is requested, because it can be moved at any moment. */
export const LOOK_MS = 1_000;

/** The product's time according to the server; null if this is not a rehearsal, or there is no response. */
export async function fetchRehearsal(fetcher: typeof fetch, signal?: AbortSignal): Promise<string | null> {
  try {
    const response = await fetcher('/clock', { headers: { Accept: 'application/json' }, signal: signal ?? null });
    const body: unknown = response.ok ? await response.json() : null;
    return timeIn(body);
  } catch {
    // Without an explicit response, this is not a rehearsal.
    return null;
  }
}

function timeIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('rehearsal' in body)) return null;
  const told = body.rehearsal;
  return typeof told === 'string' && !Number.isNaN(Date.parse(told)) ? told : null;
}

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** Formats a time such as `Thursday, 9 April 2026 at 17:00 UTC`. */
export function momentInWords(iso: string): string {
  return `${FORMAT.format(new Date(iso))} UTC`;
}
