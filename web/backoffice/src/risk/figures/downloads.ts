/** Saves tables as CSV: the server streams them, and the browser keeps the file. */
import { csrfToken, Refusal } from '../../session/session.ts';
import { WORDS } from '../../words/index.ts';

interface Refused {
  readonly error?: { readonly message: string; readonly code: string };
}

/** @throws {Refusal} if the person may not export the table */
export async function saveTable(table: string, parameters: Readonly<Record<string, string>>): Promise<void> {
  await saveFile(`risk-${table}`, parameters, `${table}-${parameters['brand'] ?? ''}.csv`);
}

/**
 * Save what a download of the server returns under a name.
 *
 * @throws {Refusal} if the person may not export it
 */
export async function saveFile(download: string, parameters: Readonly<Record<string, string>>, name: string): Promise<void> {
  const response = await requested(`/backoffice/downloads/${download}`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken() },
    body: JSON.stringify(parameters),
  });
  if (!response.ok) {
    const { error } = (await response.json().catch(() => ({}))) as Refused;
    throw new Refusal(error?.message ?? WORDS.risk.exportFailed, error?.code ?? 'INTERNAL_SERVER_ERROR');
  }
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** What the network refuses is said as for the rest of the office. */
async function requested(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    throw new Refusal(WORDS.session.backOfficeDoesNotAnswerTry, 'UNREACHABLE', { cause: error });
  }
}
