import { Badge, createTheme, type CSSVariablesResolver, type MantineColorsTuple, Paper, Tooltip } from '@mantine/core';

/** Sea blue. Its 7th shade bears white text with a contrast of more than 5. */
const sea: MantineColorsTuple = [
  '#eaf4fb',
  '#d3e6f4',
  '#a3cbe8',
  '#70afdc',
  '#4a97d1',
  '#3188cb',
  '#2077b8',
  '#1c65a0',
  '#15507f',
  '#0d3b60',
];

export const theme = createTheme({
  primaryColor: 'sea',
  primaryShade: { light: 7, dark: 7 },
  colors: { sea },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  // One size for text, as tables and forms use it; the browser's 16 px stay the base for whoever enlarges them.
  fontSizes: { sm: '0.875rem', md: '0.875rem' },
  components: {
    Badge: Badge.extend({ defaultProps: { tt: 'none', fw: 600, radius: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { events: { hover: true, focus: true, touch: true } } }),
    Paper: Paper.extend({ defaultProps: { withBorder: true } }),
  },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.125rem' }, h3: { fontSize: '1rem' } } },
});

/** Of buttons that take something away: they bear white text with a contrast of more than 6. */
const RED = { '--mantine-color-red-filled': '#b42318', '--mantine-color-red-filled-hover': '#912018' };

/** Where Mantine's own colours have too little contrast to be read by everybody (WCAG 2.2, 1.4.3). */
export const readableColours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-green-light-color': '#1b5e2b',
    '--mantine-color-orange-light-color': '#8a3b00',
    '--mantine-color-yellow-light-color': '#6b4d00',
    '--mantine-color-red-light-color': '#9b1c1c',
    '--mantine-color-gray-light-color': '#3d4852',
    '--mantine-color-blue-light-color': '#124f8c',
    '--mantine-color-dimmed': '#52606d',
    '--mantine-color-placeholder': '#667380',
    '--mantine-color-error': '#b42318',
    '--mantine-color-anchor': '#1c65a0',
    ...RED,
  },
  dark: {
    '--mantine-color-dimmed': '#b0b8c0',
    '--mantine-color-placeholder': '#9aa3ab',
    '--mantine-color-error': '#ff9b91',
    '--mantine-color-anchor': '#8ac1ea',
    ...RED,
  },
});
