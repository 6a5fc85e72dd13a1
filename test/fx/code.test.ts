// Printed code: it compiles, and what it computes is what the graph computes.

import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as fxquant from '../../src';
import { F, fx, nn, quantizedBackends, torch, type Tensor } from '../../src';
import { GoldenModel } from '../interchange/goldenModel';
import { readCase, type Case } from '../parity/case';
import { plain } from '../values';
import { Flags, Functions, Kinds, Nested, Operators } from './models';

const ROOT = resolve(import.meta.dirname, '../..');
const GOLDEN = join(ROOT, 'test/golden');

interface Printed {
  readonly name: string;
  readonly graph: fx.GraphModule;
  readonly inputs: readonly unknown[];
}

const { callMethod, symbolicTrace } = fx;
const image = torch.rand([2, 4, 6, 6]);
const square = torch.rand([3, 3]);

class Awkward extends nn.Module<[x: Tensor, operator: Tensor, nn: number, F?: number], Tensor> {
  /** Names that the printed code uses itself. */
  override forward(x: Tensor, operator: Tensor, nn: number, F = -Infinity): Tensor {
    return x.add(operator).mul(nn).clamp(F, 1e30);
  }
}

const traced: Printed[] = [
  { name: 'Kinds', graph: symbolicTrace(new Kinds()), inputs: [torch.rand([3, 4])] },
  { name: 'Operators', graph: symbolicTrace(new Operators()), inputs: [square, square] },
  { name: 'Functions', graph: symbolicTrace(new Functions()), inputs: [torch.rand([2, 4, 4, 4])] },
  { name: 'Nested', graph: symbolicTrace(new Nested()), inputs: [torch.rand([1, 2, 3, 3]), torch.ones([3])] },
  { name: 'Awkward', graph: symbolicTrace(new Awkward()), inputs: [square, square, 2] },
  {
    name: 'Flags',
    graph: symbolicTrace(new Flags(), { concreteArgs: { flag: true, mode: null } }),
    inputs: [square, true, null]
  },
  {
    name: 'Sizes',
    graph: symbolicTrace((x: Tensor) => {
      const [n, c] = x.shape as unknown as [number, number];
      return callMethod('type_as', [F.relu(x).view(n, c, -1), x]);
    }),
    inputs: [image]
  },
  {
    name: 'Torch',
    graph: symbolicTrace((x: Tensor, w: Tensor) => F.prelu(F.pixelUnshuffle(F.pixelShuffle(x, 2), 2), w)),
    inputs: [image, torch.rand([4])]
  },
  {
    name: 'Numbers',
    graph: symbolicTrace((x: Tensor) => {
      const width = fxquant.operator.add(x.size(-1), 1);
      return x.mul(fxquant.operator.mul(width, 2)).div(fxquant.operator.pow(x.shape[0], 2));
    }),
    inputs: [image]
  }
];

/** Every stage of a recorded model. */
function printedCases(recorded: Case): Printed[] {
  const model = new GoldenModel(recorded);
  const { inputs } = model;
  const prepared = () => model.prepared({ calibrated: true });
  const stages = (['prepared', 'reference', 'quantized'] as const).map(stage => ({
    name: `${recorded.name} ${stage}`,
    // Fake quantizers would go on observing, and so give something else every time.
    graph: model.convert(prepared(), stage).eval().apply(fxquant.disableObserver),
    inputs
  }));
  return [{ name: `${recorded.name} float`, graph: model.float().eval(), inputs }, ...stages];
}

const cases = readdirSync(GOLDEN)
  .filter(file => file.endsWith('.json'))
  .flatMap(file => printedCases(readCase(GOLDEN, file.slice(0, -'.json'.length))));

/** The class a cell with this code would define. */
function evaluate(code: string): new () => nn.TensorModule {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }
  });
  const name = /^class (\w+)/m.exec(code)?.[1] ?? '';
  return new Function('require', 'exports', `${outputText}\nreturn ${name};`)(() => fxquant, {}) as never;
}

function run({ graph, inputs }: Printed): unknown {
  const module = new (evaluate(graph.code))();
  for (const key of Object.keys(graph)) {
    Reflect.set(module, key, Reflect.get(graph, key));
  }
  return module(...(inputs as [Tensor]));
}

describe('code', () => {
  it('covers the recorded cases', () => {
    expect(cases).toHaveLength(4 * 26);
  });

  for (const printed of [...traced, ...cases]) {
    it(`computes what the graph computes: ${printed.name}`, () => {
      quantizedBackends.engine = printed.name.includes('qnnpack') ? 'qnnpack' : 'fbgemm';
      expect(plain(run(printed))).toEqual(plain(printed.graph<unknown>(...printed.inputs)));
    });
  }

  it('compiles', () => {
    const files = new Map(
      [...traced, ...cases].map(({ graph }, i) => [join(ROOT, `printed${i}.ts`), graph.code] as const)
    );
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      noImplicitOverride: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: ['node'],
      paths: { fxquant: [join(ROOT, 'src/index.ts')] }
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    host.fileExists = path => files.has(path) || fileExists(path);
    host.readFile = path => files.get(path) ?? readFile(path);
    host.getSourceFile = (path, ...rest) => {
      const text = files.get(path);
      return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, rest[0]);
    };
    const program = ts.createProgram([...files.keys()], options, host);
    const problems = [...files.keys()].flatMap(path => {
      const source = program.getSourceFile(path);
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        d => `${ts.flattenDiagnosticMessageText(d.messageText, '\n')} in\n${files.get(path) ?? ''}`
      );
    });
    expect(problems).toEqual([]);
  });

  it('leaves out what tracing filled in, and imports what it names', () => {
    const model = symbolicTrace(function net(x: Tensor) {
      return torch.cat([F.relu(F.maxPool2d(x, 2)), F.softmax(x, { dim: 1 })], { dim: 1 });
    });
    expect(model.code).toBe(
      [
        "import { F, nn, torch } from 'fxquant';",
        '',
        'class net extends nn.Module<[x: any], any> {',
        '  [attribute: string]: any;',
        '',
        '  override forward(x: any): any {',
        '    const max_pool2d: any = F.maxPool2d(x, 2);',
        '    const relu: any = F.relu(max_pool2d);',
        '    const softmax: any = (F.softmax as any)(x, { dim: 1 });',
        '    const cat: any = (torch.cat as any)([relu, softmax], { dim: 1 });',
        '    return cat;',
        '  }',
        '}'
      ].join('\n')
    );
  });
});
