/** The look of the back office: type, space, colour and depth, as themes of the component library. */
import { defaultDarkTheme, defaultLightTheme } from 'react-admin';

import { WORDS } from '../words/index.ts';

import type { RaThemeOptions } from 'react-admin';

/** What a colour says; always beside a word. */
export type Tone = 'good' | 'waiting' | 'warning' | 'bad' | 'neutral';

type Tones = Readonly<Record<Tone, readonly [string, string]>>;

declare module '@mui/material/styles' {
  interface Palette {
    readonly tones: Tones;
    readonly series: readonly string[];
  }
  interface PaletteOptions {
    readonly tones?: Tones;
    readonly series?: readonly string[];
  }
}

interface Colors {
  readonly page: string;
  readonly paper: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly brand: string;
  readonly onBrand: string;
  readonly error: string;
  /** The text and the ground of each tone. */
  readonly tones: Tones;
  /** Of charts: the brand's first, then those that are easily told apart. */
  readonly series: readonly string[];
}

const LIGHT_COLORS: Colors = {
  page: '#f7f8f8',
  paper: '#ffffff',
  text: '#17201b',
  quiet: '#56615a',
  line: '#dfe4e1',
  brand: '#0b5d3b',
  onBrand: '#ffffff',
  error: '#b3261e',
  tones: {
    good: ['#0f6038', '#e3f4ea'],
    waiting: ['#1c4f92', '#e6eefa'],
    warning: ['#7d4400', '#fdf0dc'],
    bad: ['#a0241a', '#fce9e7'],
    neutral: ['#4a544e', '#eceeed'],
  },
  series: ['#0b5d3b', '#7a8d82', '#b35806', '#1f78b4', '#7b3294'],
};

const DARK_COLORS: Colors = {
  page: '#101412',
  paper: '#181d1a',
  text: '#e6ebe8',
  quiet: '#a9b4ad',
  line: '#2e3732',
  brand: '#7fd6a8',
  onBrand: '#0b1f15',
  error: '#ff9e94',
  tones: {
    good: ['#8fdcb2', '#15342a'],
    waiting: ['#a8c8f5', '#1b2d47'],
    warning: ['#f2c583', '#3b2b12'],
    bad: ['#ffb1a8', '#43201c'],
    neutral: ['#c3ccc6', '#2a312d'],
  },
  series: ['#7fd6a8', '#8d9a93', '#ffb870', '#8ec9ff', '#d7a8ff'],
};

/** Nothing moves for those who have asked their system for less motion, not even the button that has the focus. */
const STILL = {
  create: () => 'none',
  duration: { shortest: 0, shorter: 0, short: 0, standard: 0, complex: 0, enteringScreen: 0, leavingScreen: 0 },
};
const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
const motion = isStill ? { transitions: STILL, motion: { reducedMotion: 'always' as const } } : {};

const TABULAR = 'tabular-nums';

/** Sizes of type: 12, 13, 14, 16, 20, 28, as steps of the library's own names. */
const TYPE = {
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontSize: 14,
  h4: { fontSize: '1.75rem', lineHeight: 36 / 28, fontWeight: 600, fontVariantNumeric: TABULAR },
  h5: { fontSize: '1.25rem', lineHeight: 28 / 20, fontWeight: 600 },
  h6: { fontSize: '1rem', lineHeight: 24 / 16, fontWeight: 600 },
  subtitle1: { fontSize: '0.875rem', lineHeight: 20 / 14, fontWeight: 600 },
  subtitle2: { fontSize: '0.8125rem', lineHeight: 20 / 13, fontWeight: 600 },
  body1: { fontSize: '0.875rem', lineHeight: 20 / 14 },
  body2: { fontSize: '0.8125rem', lineHeight: 20 / 13 },
  caption: { fontSize: '0.75rem', lineHeight: 16 / 12 },
  overline: { fontSize: '0.75rem', lineHeight: 16 / 12, fontWeight: 500, textTransform: 'none', letterSpacing: 0 },
  button: { fontSize: '0.875rem', lineHeight: 20 / 14, fontWeight: 600, textTransform: 'none', letterSpacing: 0 },
} as const;

/** Labels stand above their fields, so that no legend interrupts the outline. */
function fields(colors: Colors) {
  return {
    MuiTextField: { defaultProps: { variant: 'outlined', size: 'small', margin: 'dense' } },
    MuiFormControl: { defaultProps: { variant: 'outlined', size: 'small', margin: 'dense' } },
    MuiInputLabel: {
      defaultProps: { shrink: true },
      styleOverrides: {
        root: {
          position: 'static',
          transform: 'none',
          maxWidth: 'none',
          marginBottom: 4,
          fontSize: '0.75rem',
          lineHeight: '16px',
          fontWeight: 500,
          color: colors.quiet,
        },
      },
    },
    /** A choice that is not made yet says what that means, such as “All brands”. */
    MuiSelect: { defaultProps: { displayEmpty: true } },
    MuiOutlinedInput: { styleOverrides: { root: { backgroundColor: colors.paper }, notchedOutline: { top: 0, '& legend': { display: 'none' } } } },
    MuiFormHelperText: { styleOverrides: { root: { marginLeft: 0 } } },
  };
}

function surfaces(colors: Colors) {
  const border = `1px solid ${colors.line}`;
  return {
    MuiCard: { defaultProps: { variant: 'outlined' } },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' }, rounded: { borderRadius: 8 }, outlined: { border } } },
    MuiCardContent: { styleOverrides: { root: { padding: 20, '&:last-child': { paddingBottom: 20 } } } },
    MuiDialog: { styleOverrides: { paper: { border } } },
    MuiAppBar: {
      defaultProps: { color: 'default', elevation: 0 },
      styleOverrides: { root: { backgroundColor: colors.paper, color: colors.text, borderBottom: border, borderRadius: 0 } },
    },
    MuiTableCell: {
      styleOverrides: {
        root: { fontVariantNumeric: TABULAR, borderBottomColor: colors.line },
        head: { fontSize: '0.75rem', lineHeight: '16px', fontWeight: 500, color: colors.quiet, backgroundColor: colors.paper },
      },
    },
    RaLayout: {
      styleOverrides: {
        root: {
          '& .RaLayout-appFrame': { marginTop: 56 },
          '& .RaLayout-content': { backgroundColor: colors.page, padding: '8px 24px 48px', '@media (max-width: 767px)': { paddingInline: 16 } },
        },
      },
    },
    /** Without a place of its own, the menu moves below the bar when the page is scrolled, and nobody gets at its first screens. */
    RaSidebar: { styleOverrides: { root: { '& .RaSidebar-fixed': { top: 56, height: 'calc(100vh - 56px)' } } } },
    RaDataTable: { styleOverrides: { root: { '& .RaDataTable-headerCell': { position: 'sticky', backgroundColor: colors.paper } } } },
  };
}

function controls(colors: Colors) {
  return {
    MuiButtonBase: { styleOverrides: { root: { '&:focus-visible': { outline: `2px solid ${colors.brand}`, outlineOffset: 2 } } } },
    MuiButton: { defaultProps: { disableElevation: true, size: 'medium' }, styleOverrides: { root: { borderRadius: 6 }, sizeMedium: { minHeight: 36 } } },
    MuiChip: { styleOverrides: { root: { borderRadius: 6, fontWeight: 500 } } },
    RaMenuItemLink: {
      styleOverrides: {
        root: {
          borderRadius: 6,
          margin: '1px 8px',
          minHeight: 36,
          paddingInline: 12,
          color: colors.text,
          '&.RaMenuItemLink-active': { backgroundColor: colors.tones.good[1], color: colors.tones.good[0], fontWeight: 600 },
          '& .RaMenuItemLink-icon': { minWidth: 32, color: 'inherit' },
        },
      },
    },
    /** Filters are saved by the chips above the rows. */
    RaFilterButton: { defaultProps: { disableSaveQuery: true } },
    MuiSkeleton: { defaultProps: { animation: isStill ? false : 'pulse' } },
    /** The framework's wheel that turns while something is read has no name for screen readers. */
    MuiCircularProgress: { defaultProps: { 'aria-label': WORDS.common.loading } },
  };
}

function themed(base: unknown, colors: Colors, mode: 'light' | 'dark'): RaThemeOptions {
  const { palette, components, ...rest } = base as RaThemeOptions;
  return {
    ...rest,
    ...motion,
    typography: TYPE,
    shape: { borderRadius: 6 },
    sidebar: { width: 224, closedWidth: 56 },
    palette: {
      ...palette,
      mode,
      primary: { main: colors.brand, contrastText: colors.onBrand },
      secondary: { main: colors.brand, contrastText: colors.onBrand },
      error: { main: colors.error },
      background: { default: colors.page, paper: colors.paper },
      text: { primary: colors.text, secondary: colors.quiet },
      divider: colors.line,
      tones: colors.tones,
      series: colors.series,
    },
    components: { ...components, ...fields(colors), ...surfaces(colors), ...controls(colors) },
  };
}

export const LIGHT = themed(defaultLightTheme, LIGHT_COLORS, 'light');
export const DARK = themed(defaultDarkTheme, DARK_COLORS, 'dark');
