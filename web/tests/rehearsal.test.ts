import { describe, expect, it } from 'vitest';

import { fetchRehearsal, momentInWords } from '../demo/session/rehearsal';

function serverThatAnswers(body: string, status = 200): typeof fetch {
  return () => Promise.resolve(new Response(body, { status }));
}

describe('the mark of a rehearsal', () => {
  it('shows the time that the server tells', async () => {
    const time = await fetchRehearsal(serverThatAnswers('{"rehearsal":"2026-04-09T17:00:05Z"}'));
    expect(time).toBe('2026-04-09T17:00:05Z');
    expect(momentInWords('2026-04-09T17:00:05Z')).toBe('Thursday, 9 April 2026 at 17:00 UTC');
  });

  it.each(['{"rehearsal":null}', '{}', '[]', 'null', '{"rehearsal":7}', '{"rehearsal":"soon"}', '<html>'])(
    'is not there when the server answers %s',
    async (body) => {
      expect(await fetchRehearsal(serverThatAnswers(body))).toBeNull();
    },
  );

  it('is not there when no server answers, or an older one', async () => {
    expect(await fetchRehearsal(() => Promise.reject(new TypeError('offline')))).toBeNull();
    expect(await fetchRehearsal(serverThatAnswers('{"rehearsal":"2026-04-09T17:00:05Z"}', 404))).toBeNull();
  });
});
