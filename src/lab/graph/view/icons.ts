// Path data: icons 16 × 16 with a 1.5 stroke, operator glyphs 14 × 14, each with its own silhouette.

import type { Family } from '../../../protocol';

export const ICONS = {
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  fit: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  down: 'm4 6 4 4 4-4',
  right: 'm6 4 4 4-4 4',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 14 14',
  warn: 'M8 2.5 14.5 13.5h-13ZM8 6.5v3.2M8 11.6v.01',
  leaf: 'M3 13c0-6 3.5-9.5 10-10 .3 6.5-3 10-8.5 9.2M3 13c1.5-3 3.5-4.8 6-6',
  ban: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4',
  custom: 'M8 1.8 13.4 4.9v6.2L8 14.2 2.6 11.1V4.9ZM8 8v6M8 8 2.8 5M8 8l5.2-3'
} as const;
export type IconName = keyof typeof ICONS;

export interface Glyph {
  line: string;
  fill?: string;
}

export const GLYPHS = {
  conv: {
    line: 'M1.5 1.5h11v11h-11ZM5.2 1.5v11M8.9 1.5v11M1.5 5.2h11M1.5 8.9h11',
    fill: 'M5.2 5.2h3.7v3.7H5.2Z'
  },
  linear: {
    line: 'M2.5 2.5 11.5 7 2.5 11.5M2.5 7h9',
    fill: 'M1.2 2.5a1.3 1.3 0 1 0 2.6 0 1.3 1.3 0 1 0-2.6 0M1.2 7a1.3 1.3 0 1 0 2.6 0 1.3 1.3 0 1 0-2.6 0M1.2 11.5a1.3 1.3 0 1 0 2.6 0 1.3 1.3 0 1 0-2.6 0'
  },
  norm: { line: 'M1.5 11.5c3 0 3.2-9 5.5-9s2.5 9 5.5 9M1.5 12.8h11' },
  activation: { line: 'M1.5 11h5L12 2.5' },
  arithmetic: { line: 'M7 1.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 1 0 7 1.8M7 4.3v5.4M4.3 7h5.4' },
  pool: { line: 'M1.5 2.5h11L8.5 7.5v4.5h-3V7.5Z' },
  io: { line: 'M7 1.5v8M3.8 6.5 7 9.8l3.2-3.3M2 12.5h10' },
  opaque: { line: 'M2 4.5 7 2l5 2.5v5L7 12l-5-2.5ZM2 4.5 7 7l5-2.5M7 7v5' }
} as const satisfies Record<Family, Glyph>;

/** Shape operations share the pool family's colour, but not its glyph. */
export const SHAPE_GLYPH: Glyph = { line: 'M2 2h6v4H2ZM5 8h7v4H5ZM9.5 4 11 5.5 12.5 4' };
const SHAPE =
  /flatten|view|reshape|permute|transpose|squeeze|size|chunk|split|getitem|cat|contiguous|dropout/;

export const glyphOf = (family: Family, target: string): Glyph =>
  family === 'pool' && SHAPE.test(target) ? SHAPE_GLYPH : GLYPHS[family];
