/** Stored documents, whose fields are named as in the database, as screens have them. */
import { Content } from './proposal.ts';

import type { ContentDocument } from '../../content/document.ts';
import type { SchemeInput, SchemeVersion } from '../../graph/generated/operations.ts';

/** Return the document of a proposed revision. */
export function documentOf(document: Content): ContentDocument {
  return {
    position: document.number('position'),
    eligibleGames: document.texts('eligible_games'),
    texts: document
      .part('texts')
      .entries()
      .map(([locale, values]) => {
        const text = new Content(values);
        return {
          locale,
          title: text.text('title'),
          summary: text.text('summary'),
          significantTerms: text.text('significant_terms'),
          termsUrl: text.text('terms_url'),
          imageUrl: text.text('image_url'),
          imageAlt: text.text('image_alt'),
        };
      }),
  };
}

function camel(name: string): string {
  return name.replace(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());
}

function snake(name: string): string {
  return name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

/** Return the version before a proposed one, for the same customers; null if there is none. */
export function earlierRules(versions: readonly SchemeVersion[], scheme: Content): Content | null {
  const earlier = versions
    .filter(({ jurisdiction, currency }) => jurisdiction === scheme.text('jurisdiction') && currency === scheme.text('currency'))
    .filter(({ version }) => version < scheme.number('version'))
    .toSorted((one, other) => one.version - other.version)
    .at(-1);
  return earlier === undefined ? null : storedVersion(earlier);
}

/** Return a version as a proposal has it. */
export function storedVersion(version: SchemeVersion): Content {
  const values = Object.entries(version).map(([name, value]) => [snake(name), value as unknown]);
  return new Content({ ...Object.fromEntries(values), ...counted(version) });
}

/** Return what a version counts as a proposal has it, with names beside the rule. */
function counted({ events }: SchemeVersion): Readonly<Record<string, unknown>> {
  if ((events ?? null) === null) return {};
  return { counted: events?.items.map(({ startsAt, ...item }) => ({ ...item, starts_at: startsAt })) };
}

/** Return a proposed version as the graph takes it for a dry run. */
export function schemeInput(scheme: Content): SchemeInput {
  const entries = scheme.entries().filter(([name]) => name !== 'void_policy' && name !== 'counted');
  return Object.fromEntries(entries.map(([name, value]) => [camel(name), value]));
}
