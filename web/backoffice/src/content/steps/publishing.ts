/** Publishing an approved text: at once after its approval, or as a step of its own. */
import { stepInput } from './stepInput.ts';
import { run } from '../../graph/graph.ts';
import { messageOf } from '../../session/session.ts';
import { APPROVE, PUBLISH_CONTENT, READ_CONTENT } from '../../graph/generated/operations.ts';
import { WORDS } from '../../words/index.ts';

import type { ContentKey } from '../key.ts';

/** What happens when a text is published. */
export const ON_PUBLISHING = WORDS.content.customersSeeWithinSecond;

/** Publish the open revision of an item as it is stored now. */
export async function publishOpen(key: ContentKey): Promise<void> {
  const { contentItem } = await run(READ_CONTENT, { ...key });
  if (contentItem === null) throw new Error(WORDS.content.theTextIsntStoredAnyMore);
  await run(PUBLISH_CONTENT, { input: stepInput(contentItem) });
}

/** Approve a text as it was shown, and publish it. If only the second fails, the text stays approved. */
export async function approveAndPublish(key: ContentKey, proposalId: string, contentHash: string): Promise<void> {
  await run(APPROVE, { input: { proposalId, contentHash } });
  try {
    await publishOpen(key);
  } catch (error) {
    throw new Error(WORDS.content.approvedButNotPublishedYet({ message: messageOf(error) }), { cause: error });
  }
}
