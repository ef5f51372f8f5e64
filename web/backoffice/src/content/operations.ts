/** The operations of the content screens, and what they return. */
import type { ContentDocument } from './document.ts';

export type ContentState =
  | 'DRAFT'
  | 'IN_REVIEW'
  | 'APPROVED'
  | 'SCHEDULED'
  | 'PUBLISHED'
  | 'SUPERSEDED'
  | 'REJECTED'
  | 'WITHDRAWN';

export interface Finding {
  readonly rule: string;
  readonly severity: 'ERROR' | 'WARNING';
  readonly path: string;
  readonly message: string;
}

export interface Revision {
  readonly id: string;
  readonly revision: number;
  readonly state: ContentState;
  readonly contentHash: string;
  readonly createdAt: string;
  readonly editedAt: string;
  readonly editedBy: string;
  readonly rollbackOf: number | null;
  readonly approvedAt: string | null;
  readonly approvedBy: string | null;
  readonly publishAtLocal: string | null;
  readonly publishedAt: string | null;
  readonly publishedBy: string | null;
  readonly note: string | null;
  readonly document: ContentDocument;
  readonly proposal: { readonly id: string; readonly contentHash: string; readonly reason: string; readonly proposedBy: string } | null;
}

export interface Item {
  readonly id: string;
  readonly brand: string;
  readonly rewardId: string;
  readonly configVersion: number | null;
  readonly version: number;
  readonly open: Revision | null;
  readonly published: Revision | null;
}

export interface Brand {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly locales: readonly string[];
  readonly defaultLocale: string;
  readonly jurisdictions: readonly string[];
  readonly currencies: readonly string[];
  readonly rewards: readonly {
    readonly rewardId: string;
    readonly configVersion: number;
    readonly status: string;
    readonly kind: string;
  }[];
}

const DOCUMENT = `document {
  position eligibleGames
  texts { locale title summary significantTerms termsUrl imageUrl imageAlt imageAddress }
}`;
const REVISION = `id revision state contentHash createdAt editedAt editedBy rollbackOf approvedAt approvedBy publishAtLocal
  publishedAt publishedBy note ${DOCUMENT} proposal { id contentHash reason proposedBy }`;
const ITEM = `id brand rewardId configVersion version open { ${REVISION} } published { ${REVISION} }`;
const KEY = '$brand: String!, $rewardId: String!, $configVersion: Int';
const OF = 'brand: $brand, rewardId: $rewardId, configVersion: $configVersion';

export const BRANDS = `query ContentBrands {
  contentBrands {
    id name timeZone locales defaultLocale jurisdictions currencies rewards { rewardId configVersion status kind }
  }
}`;
export const READ_ITEM = `query ContentItem(${KEY}) { contentItem(${OF}) { ${ITEM} } }`;
export const REVISIONS = `query ContentRevisions(${KEY}, $after: String) {
  contentItem(${OF}) { id revisions(first: 50, after: $after) { nodes { ${REVISION} } endCursor hasNextPage } }
}`;
export const DIFF = `query ContentDiff(${KEY}, $before: Int, $after: Int!) {
  contentDiff(${OF}, before: $before, after: $after) { path locale field before after spans { kind text } }
}`;
export const LINT = `query LintContent(${KEY}, $document: ContentDocumentInput!) {
  lintContent(${OF}, document: $document) { rule severity path message }
}`;
export const PREVIEW_STATES = `query PreviewStates { contentPreviewStates { name says brand } }`;
export const PREVIEW = `query ContentPreview(${KEY}, $document: ContentDocumentInput!, $locale: String!, $state: String!) {
  contentPreview(${OF}, document: $document, locale: $locale, state: $state) { club records }
}`;

export const SAVE = `mutation SaveContent($input: SaveContentInput!) { saveContent(input: $input) { ${ITEM} } }`;
export const UPLOAD = `mutation UploadImage($input: UploadContentImageInput!) {
  uploadContentImage(input: $input) { imageUrl address width height bytes }
}`;
export const SUBMIT = `mutation SubmitContent($input: SubmitContentInput!) { submitContent(input: $input) { id version } }`;
export const WITHDRAW = `mutation WithdrawContent($input: ContentStepInput!) { withdrawContent(input: $input) { id version } }`;
export const APPROVE = `mutation ApproveContent($input: ApproveInput!) { approve(input: $input) { id status } }`;
export const REJECT = `mutation RejectContent($input: RejectInput!) { reject(input: $input) { id status } }`;
export const PUBLISH = `mutation PublishContent($input: ContentStepInput!) { publishContent(input: $input) { id version } }`;
export const SCHEDULE = `mutation ScheduleContent($input: ScheduleContentInput!) { scheduleContent(input: $input) { id version } }`;
export const UNSCHEDULE = `mutation UnscheduleContent($input: ContentStepInput!) { unscheduleContent(input: $input) { id version } }`;
export const ROLL_BACK = `mutation RollBackContent($input: RollBackContentInput!) { rollBackContent(input: $input) { id version } }`;
