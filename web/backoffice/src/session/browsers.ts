/** What a browser calls itself, as people call it. */
import { WORDS } from '../words/index.ts';

const NAMES = WORDS.session.browserNames;

/** The first that matches names it: most of them also call themselves Chrome and Safari. */
const BROWSERS = [
  [/\bEdg(?:e|A|iOS)?\//u, NAMES.edge],
  [/\bOPR\//u, NAMES.opera],
  [/\bSamsungBrowser\//u, NAMES.samsung],
  [/\b(?:Firefox|FxiOS)\//u, NAMES.firefox],
  [/\b(?:\w*Chrome|Chromium|CriOS)\//u, NAMES.chrome],
  [/\bSafari\//u, NAMES.safari],
] as const;

const SYSTEMS = [
  [/\b(?:iPhone|iPad)\b/u, NAMES.ios],
  [/\bAndroid\b/u, NAMES.android],
  [/\bWindows\b/u, NAMES.windows],
  [/\bMac OS X\b/u, NAMES.mac],
  [/\bCrOS\b/u, NAMES.chromeOs],
  [/\bLinux\b/u, NAMES.linux],
] as const;

function firstOf(names: readonly (readonly [RegExp, string])[], userAgent: string): string | undefined {
  return names.find(([pattern]) => pattern.test(userAgent))?.[1];
}

/** Return the browser and its system, such as “Chrome on Windows”; what is not known stays as it is. */
export function browserName(userAgent: string): string {
  const [browser, system] = [firstOf(BROWSERS, userAgent), firstOf(SYSTEMS, userAgent)];
  if (browser === undefined) return userAgent;
  return system === undefined ? browser : WORDS.session.browserOnSystem({ browser, system });
}
