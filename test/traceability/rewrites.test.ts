// Rewrites are followed: the rewritten function is compiled, traces without obstacle, and computes what it computed.

import { describe, expect, test } from 'vitest';
import * as fxquant from '../../src';
import type { nn } from '../../src';
import { fx, insight, Tensor, torch } from '../../src';
import { plain } from '../values';
import { corpus } from './corpus';

/** Specimens whose every obstacle has a rewrite, in the model's own code; `super` needs the class around it. */
const rewritable = corpus.filter(({ make }) => {
  const { obstacles } = insight.traceability(make());
  const own = obstacles.every(
    o => o.rewrite !== undefined && o.modulePath === '' && !/\bsuper\b/.test(o.source)
  );
  return obstacles.length > 0 && own;
});

/** The text with every rewrite put in its place. */
function rewritten(obstacle: insight.TraceObstacle): string {
  const { source, rewrite, rewriteRange } = obstacle;
  if (rewrite === undefined || rewriteRange === undefined) {
    throw new Error('no rewrite');
  }
  const starts = source
    .split('\n')
    .reduce<number[]>((all, line) => [...all, (all.at(-1) ?? 0) + line.length + 1], [0]);
  const offset = (line: number, column: number) => (starts[line - 1] ?? 0) + column - 1;
  const from = offset(rewriteRange.line, rewriteRange.column);
  const to = offset(rewriteRange.endLine, rewriteRange.endColumn);
  return source.slice(0, from) + rewrite + source.slice(to);
}

/** A method's or function's text as a function. What this file's compiler calls imports is given to it. */
function compile(source: string, name: string): (...args: never[]) => unknown {
  const imports = [...new Set(source.match(/__vi_import_\d+__/g))];
  const expression = /^(async\s+)?function\b|=>/.test(source.split('{')[0] ?? '')
    ? source
    : `({ ${source} }).${name}`;
  const names = ['torch', 'F', 'nn', 'operator', ...imports];
  const values = [fxquant.torch, fxquant.F, fxquant.nn, fxquant.operator, ...imports.map(() => fxquant)];
  return (new Function(...names, `return ${expression};`) as (...v: unknown[]) => never)(...values);
}

/** Follows the rewrites, one after the other, as long as there are any. */
function follow(model: nn.Module): nn.Module {
  for (let round = 0; round < 6; round++) {
    const found = insight.traceability(model).obstacles.find(o => o.rewrite !== undefined);
    if (!found) {
      return model;
    }
    Object.defineProperty(model, found.functionName, {
      value: compile(rewritten(found), found.functionName),
      enumerable: false,
      configurable: true
    });
  }
  throw new Error('rewrites have no end');
}

describe('rewrites', () => {
  test('there are enough of them', () => {
    expect(rewritable.length).toBeGreaterThanOrEqual(12);
  });

  test.each(rewritable)('followed: $name', ({ make }) => {
    torch.manualSeed(0);
    const model = make();
    const [x, y] = [torch.rand([2, 4]), torch.rand([2, 4])];
    const forward = model.forward.bind(model) as (...args: Tensor[]) => unknown;
    const before = attempt(() => forward(x, y));
    // JavaScript's operators give no tensors, so there is nothing to compare with.
    const usesOperators = insight.traceability(model).obstacles.some(o => o.kind === 'arithmetic');
    follow(model);
    expect(insight.traceability(model).obstacles).toEqual([]);
    const traced = fx.symbolicTrace(model);
    const after = traced<unknown>(...[x, y].slice(0, traced.graph.findNodes('placeholder').length));
    if (before instanceof Tensor && !usesOperators) {
      expect(plain(after)).toEqual(plain(before));
    } else {
      expect(after).toBeInstanceOf(Tensor);
    }
  });
});

/** What JavaScript's own operators do to tensors is an error or no number at all. */
function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch {
    return undefined;
  }
}
