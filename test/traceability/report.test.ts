// The traceability report against a corpus of small modules: every obstacle found, no false alarm.

import { describe, expect, test } from 'vitest';
import { fx, insight } from '../../src';
import { corpus } from './corpus';

/** How this file's compiler may rewrite code between source and runtime: white space, quotes, a lone parameter's brackets. */
const normal = (code: string) =>
  code
    .replace(/\s+/g, ' ')
    .replaceAll('"', "'")
    .replace(/\((\w+)\) =>/g, '$1 =>');

/** What JavaScript does without asking: the tracer takes one side, and only the report sees it. */
const SILENT: ReadonlySet<string> = new Set(['control_flow', 'async']);

describe('traceabilityReport', () => {
  test('has a corpus of at least 60 modules, about half of them traceable', () => {
    const traceable = corpus.filter(s => s.obstacles.length === 0).length;
    expect(corpus.length).toBeGreaterThanOrEqual(60);
    expect(traceable / corpus.length).toBeGreaterThan(0.4);
    expect(traceable / corpus.length).toBeLessThan(0.6);
  });

  test.each(corpus)('$name', ({ make, obstacles }) => {
    const report = insight.traceability(make());
    expect(report.complete).toBe(true);
    expect(report.obstacles.map(o => [o.kind, normal(o.code)])).toEqual(obstacles);
  });

  test.each(corpus.filter(s => s.obstacles.length === 0))('the tracer agrees: $name', ({ make }) => {
    expect(() => fx.symbolicTrace(make())).not.toThrow();
  });

  test('every obstacle has a line and stands in its module', () => {
    for (const { make, obstacles } of corpus.filter(s => s.obstacles.length > 0)) {
      const model = make();
      const found = insight.traceability(model).obstacles;
      expect(found).toHaveLength(obstacles.length);
      for (const obstacle of found) {
        expect(obstacle.range.line).toBeGreaterThan(0);
        expect(() => model.getSubmodule(obstacle.modulePath)).not.toThrow();
      }
    }
  });

  test('two modules of one class are two obstacles, each with its path', () => {
    const outer = corpus.find(s => s.name === 'two modules of one class');
    const paths = insight.traceability(outer!.make()).obstacles.map(o => o.modulePath);
    expect(paths).toEqual(['first', 'second.1']);
  });

  test('one cause that shows at several places is one obstacle', () => {
    const specimen = corpus.find(s => s.name === 'two places of one cause');
    expect(insight.traceability(specimen!.make()).obstacles[0]?.places).toHaveLength(3);
  });

  test('every obstacle says what to do', () => {
    const found = corpus.flatMap(({ make }) => insight.traceability(make()).obstacles);
    expect(found.filter(o => o.remedy.length < 20)).toEqual([]);
  });

  test.each(corpus.filter(s => s.obstacles.length > 0))('the tracer fails there, too: $name', ({ make }) => {
    const model = make();
    const silent = insight.traceability(model).obstacles.every(o => SILENT.has(o.kind));
    if (!silent) {
      expect(() => fx.symbolicTrace(model)).toThrow(fx.TraceError);
    }
  });

  test('rewrites what can be derived', () => {
    const rewriteOf = (name: string) =>
      insight.traceability(corpus.find(s => s.name === name)!.make()).obstacles[0]?.rewrite;
    expect(rewriteOf('spread of a size in a call')).toBe('x.view(shape)');
    expect(rewriteOf('spread of a size in a list')).toBe('x.size().slice(0, -1).concat([2, 2])');
    expect(rewriteOf('plus on tensors')).toBe('x.add(y)');
    expect(rewriteOf('if on an item')).toBe('return torch.where(x.sum().gt(0), x.mul(2), x)');
  });
});
