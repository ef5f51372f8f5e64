/** The rewards club for a page: its state, and React components over the client of `@furlong/client`. */
export {
  currencySign,
  formatMinor,
  formatShort,
  formatTyped,
  minorDigits,
  readAmount,
  type ReadAmount,
} from './locale/amounts';
export { localeFor, LocaleProvider, LOCALES, useLocale, type Locale } from './locale/locale';
export { shortReference } from './records/reference';
export { usePreview } from './state/usePreview';
export { useTracker, type TrackerControls } from './state/useTracker';
export { UNREACHED, type Tracker } from './state/state';
export { TrackerCard, type TrackerCardProps } from './tracker/TrackerCard';
export type { ClubStatus, Slip, Theme } from './widget/status';
export { Widget, type WidgetProps } from './widget/Widget';
