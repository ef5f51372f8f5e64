/** What was asked since signing in, newest first. It is in memory alone: pseudonyms of customers may be in a question. */
const MAX_QUESTIONS = 10;

let written: string | null = null;
let asked: readonly string[] = [];

/** Return what stands in the editor; null if nothing was written there. */
export function writtenQuestion(): string | null {
  return written;
}

/** Keep what stands in the editor until it is opened again. */
export function keepWritten(sql: string): void {
  written = sql;
}

export function lastQuestions(): readonly string[] {
  return asked;
}

/** Keep a question that is asked; one that was asked before is the newest again. */
export function keepQuestion(sql: string): void {
  const question = sql.trim();
  asked = [question, ...asked.filter((other) => other !== question)].slice(0, MAX_QUESTIONS);
}

/** Forget all of it: the person signs out. */
export function forgetQuestions(): void {
  written = null;
  asked = [];
}
