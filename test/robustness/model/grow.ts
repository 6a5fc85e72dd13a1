// Grows a model gene by gene.

import { activationRows } from './activations';
import { arithmeticRows } from './arithmetic';
import type { Builder } from './builder';
import { pick } from './genes';
import { layerRows } from './layers';
import type { Row } from './rows';
import { shapeRows } from './shapes';
import { structureRows } from './structure';

/** Simple rows first, since numbers shrink towards zero; layers come as often as everything else together. */
const families: readonly (() => readonly Row[])[] = [
  () => activationRows,
  () => arithmeticRows,
  () => layerRows,
  () => shapeRows,
  () => layerRows,
  () => structureRows,
  () => arithmeticRows
];

/** Every row, for counting. */
export const allRows = (): readonly Row[] => [
  ...activationRows,
  ...arithmeticRows,
  ...layerRows,
  ...shapeRows,
  ...structureRows
];

/** Adds what the builder's genes stand for. */
export function grow(b: Builder): void {
  for (let gene = b.queue.shift(); gene; gene = b.queue.shift()) {
    const current = gene;
    const x = b.source(current);
    const value = b.tensor(x);
    const rows = pick(families, current.kind)().filter(row => row.fits(value));
    if (rows.length > 0) {
      b.attempt(() => pick(rows, Math.floor(current.kind / families.length)).build(b, x, current));
    }
  }
}
