// What random models are made from: a list of genes, each a few small numbers. What a gene means is decided while the
// model is built, from the shapes that are there by then, so every list is a valid model and so is every shrunk one.

import fc from 'fast-check';

export interface Gene {
  /** Which operator, of those that take the value. */
  readonly kind: number;
  /** Which value it reads: usually the latest. */
  readonly from: number;
  /** Settings of the operator. */
  readonly a: number;
  readonly b: number;
}

export interface ModelPlan {
  /** Which inputs the model takes. */
  readonly input: number;
  readonly genes: readonly Gene[];
  /** What it returns. */
  readonly output: number;
  /** Of weights and inputs. */
  readonly seed: number;
}

const small = fc.nat({ max: 255 });

export const gene: fc.Arbitrary<Gene> = fc.record({
  kind: fc.nat({ max: 999 }),
  from: small,
  a: small,
  b: small
});

/** Models of `min` to `max` operators (some genes are skipped, some make several). */
export function modelPlan(min = 2, max = 60): fc.Arbitrary<ModelPlan> {
  return fc.record({
    input: small,
    genes: fc.array(gene, { minLength: min, maxLength: max, size: 'max' }),
    output: small,
    seed: fc.nat({ max: 1000 })
  });
}

/** The item a number stands for. */
export function pick<T>(items: readonly T[], n: number): T {
  const item = items[n % items.length];
  if (item === undefined) {
    throw new Error('pick: nothing to choose from');
  }
  return item;
}
