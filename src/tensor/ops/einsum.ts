// Einstein summation: letters name dimensions, letters that are not in the result are summed over. Each operand is
// brought to the dimensions of all letters, and two operands at a time are multiplied as batches of matrices.
// PyTorch: `torch.einsum`.

import type { Tensor } from '../tensor';
import { mul } from './elementwise';
import { batchedMatmul } from './linear';
import { sum } from './reduce';
import { product } from './create';
import { diagonal } from './parts';
import { at, expand, permute, reshape, unsqueeze } from './views';

interface Term {
  readonly tensor: Tensor;
  readonly letters: readonly string[];
}

export function einsum(equation: string, operands: readonly Tensor[]): Tensor {
  const [left = '', right] = equation.replace(/\s+/g, '').split('->');
  const terms = left.split(',');
  if (terms.length !== operands.length) {
    throw new Error(`einsum: '${equation}' has ${terms.length} operands, got ${operands.length}`);
  }
  const dots = Math.max(0, ...operands.map((t, i) => dotsOf(equation, terms[i] as string, t)));
  const named = operands.map((tensor, i) => readTerm(equation, terms[i] as string, tensor, dots));
  const sizes = sizesOf(equation, named);
  const output =
    right === undefined ? implicitOutput(left, dots) : outputLetters(equation, right, dots, sizes);
  let result = named[0] as Term;
  for (let i = 1; i < named.length; i++) {
    const later = new Set([...output, ...named.slice(i + 1).flatMap(t => t.letters)]);
    result = contract(result, named[i] as Term, later, sizes);
  }
  return arrange(result, output);
}

/** How many dimensions `...` stands for in a term. */
function dotsOf(equation: string, term: string, tensor: Tensor): number {
  const letters = term.replace('...', '').length;
  const count = tensor.ndim - letters;
  if (count < 0 || (count > 0 && !term.includes('...')) || !/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term)) {
    throw new Error(
      `einsum: '${term}' in '${equation}' does not fit an operand of shape [${tensor.shape.join(', ')}]`
    );
  }
  return count;
}

/** Dimensions behind `...` are called 0, 1 …, counted so that the last ones of all operands are the same. */
function dotNames(count: number, dots: number): string[] {
  return Array.from({ length: count }, (_, i) => String(dots - count + i));
}

function readTerm(equation: string, term: string, tensor: Tensor, dots: number): Term {
  const [before = '', after] = term.split('...');
  const own = after === undefined ? [] : dotNames(dotsOf(equation, term, tensor), dots);
  let letters = [...before, ...own, ...(after ?? '')];
  let result = tensor;
  // A letter that occurs twice takes the diagonal.
  for (let i = 0; i < letters.length; i++) {
    const twin = letters.indexOf(letters[i] as string, i + 1);
    if (twin > 0) {
      if (result.shape[i] !== result.shape[twin]) {
        throw new Error(
          `einsum: '${letters[i] as string}' is ${at(result.shape, i)} and ${at(result.shape, twin)}`
        );
      }
      const letter = letters[i] as string;
      result = diagonal(result, 0, i, twin);
      letters = [...letters.filter(l => l !== letter), letter];
      i = -1;
    }
  }
  return { tensor: result, letters };
}

function sizesOf(equation: string, terms: readonly Term[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { tensor, letters } of terms) {
    letters.forEach((letter, d) => {
      const [own, known] = [at(tensor.shape, d), sizes.get(letter) ?? 1];
      if (own !== known && own !== 1 && known !== 1) {
        throw new Error(`einsum: '${letter}' in '${equation}' is ${known} and ${own}`);
      }
      sizes.set(letter, known === 1 ? own : known);
    });
  }
  return sizes;
}

/** Letters that occur once, in alphabetical order, after the broadcast dimensions. */
function implicitOutput(left: string, dots: number): string[] {
  const letters = [...left.replace(/[.,]/g, '')];
  const once = letters.filter(l => letters.indexOf(l) === letters.lastIndexOf(l));
  return [...dotNames(dots, dots), ...once.sort()];
}

function outputLetters(
  equation: string,
  right: string,
  dots: number,
  sizes: ReadonlyMap<string, number>
): string[] {
  const [before = '', after] = right.split('...');
  const letters = [...before, ...(after === undefined ? [] : dotNames(dots, dots)), ...(after ?? '')];
  for (const letter of letters) {
    if (!sizes.has(letter) || letters.indexOf(letter) !== letters.lastIndexOf(letter)) {
      throw new Error(
        `einsum: '${letter}' in the result of '${equation}' is not in an operand, or is there twice`
      );
    }
  }
  return letters;
}

/** The product of two terms, summed over the letters nobody needs later. */
function contract(a: Term, b: Term, later: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Term {
  const both = a.letters.filter(l => b.letters.includes(l));
  const batch = both.filter(l => later.has(l));
  const summed = both.filter(l => !later.has(l));
  const x = summedAlone(a, b, later);
  const y = summedAlone(b, a, later);
  const onlyX = x.letters.filter(l => !both.includes(l));
  const onlyY = y.letters.filter(l => !both.includes(l));
  const count = (letters: readonly string[]) => product(letters.map(l => sizes.get(l) ?? 1));
  const left = aligned(x, [...batch, ...onlyX, ...summed], sizes);
  const right = aligned(y, [...batch, ...summed, ...onlyY], sizes);
  const letters = [...batch, ...onlyX, ...onlyY];
  const shape = letters.map(l => sizes.get(l) ?? 1);
  if (summed.length === 0) {
    const wide = reshape(left, [count(batch), count(onlyX), 1]);
    return { tensor: reshape(mul(wide, reshape(right, [count(batch), 1, count(onlyY)])), shape), letters };
  }
  const products = batchedMatmul(
    reshape(left, [count(batch), count(onlyX), count(summed)]),
    reshape(right, [count(batch), count(summed), count(onlyY)])
  );
  return { tensor: reshape(products, shape), letters };
}

/** Letters only this term has and nobody needs are summed at once. */
function summedAlone(term: Term, other: Term, later: ReadonlySet<string>): Term {
  const dims = term.letters.flatMap((l, d) => (later.has(l) || other.letters.includes(l) ? [] : [d]));
  return dims.length === 0
    ? term
    : { tensor: sum(term.tensor, dims), letters: term.letters.filter((_, d) => !dims.includes(d)) };
}

function aligned(term: Term, order: readonly string[], sizes: ReadonlyMap<string, number>): Tensor {
  const moved = permute(
    term.tensor,
    order.map(l => term.letters.indexOf(l))
  );
  return expand(
    moved,
    order.map(l => sizes.get(l) ?? 1)
  );
}

function arrange(term: Term, output: readonly string[]): Tensor {
  const gone = term.letters.flatMap((l, d) => (output.includes(l) ? [] : [d]));
  let tensor = gone.length === 0 ? term.tensor : sum(term.tensor, gone);
  const letters = term.letters.filter(l => output.includes(l));
  for (const letter of output) {
    if (!letters.includes(letter)) {
      tensor = unsqueeze(tensor, letters.length);
      letters.push(letter);
    }
  }
  return permute(
    tensor,
    output.map(l => letters.indexOf(l))
  );
}
