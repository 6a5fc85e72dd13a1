// What makes a model more than a chain: blocks with code of their own, modules that are called again, sequences, and
// layers that return more than one value.

import { nn, operator, type Tensor } from '../../../src';
import { Builder, sameShape, type PythonClass, type V } from './builder';
import { pick, type Gene } from './genes';
import { size, type Row } from './rows';
import { grow } from './grow';

/** A module that was called before, called again on a value it takes. */
const again: Row = {
  name: 'call again',
  fits: () => true,
  build: (b, x, { a }) => {
    const { shape } = b.tensor(x);
    const usable = b.called.filter(call => sameShape(call.shape, shape));
    return usable.length === 0 ? undefined : b.callPath(pick(usable, a).path, [x]);
  }
};

export interface Program {
  readonly steps: { run(self: nn.Module, env: unknown[]): unknown; readonly out: V }[];
  result: V;
}

/** Runs a program in a module. */
export function execute(program: Program, self: nn.Module, inputs: unknown[]): unknown[] {
  const env = [...inputs];
  for (const { run, out } of program.steps) {
    env[out] = run(self, env);
  }
  return env;
}

/** A block: a class with a forward of its own, sometimes called twice. */
const block: Row = {
  name: 'block',
  fits: () => true,
  build: (b, x, { a, b: n }) => {
    if (b.depth >= 2) {
      return undefined;
    }
    const name = `Block${b.depth}${b.classes.length}`;
    const program: Program = { steps: [], result: 0 };
    class Block extends nn.Module {
      override forward(x: Tensor): Tensor {
        return execute(program, this, [x])[program.result] as Tensor;
      }
    }
    Object.defineProperty(Block, 'name', { value: name });
    const made = new Block();
    made.train(b.self.training);
    const inner = new Builder(made, ['x'], [b.tensor(x)], b.queue.splice(0, 1 + (a % 4)), {
      depth: b.depth + 1,
      live: b.live
    });
    grow(inner);
    program.result = inner.floats.at(-1) ?? 0;
    if (b.live) {
      inner.dropDeadSteps([program.result]);
    }
    program.steps.push(...inner.steps);
    b.classes.push(...inner.classes, pythonClass(name, 'x', inner, `return ${inner.name(program.result)}`));
    const path = b.add(made as unknown as nn.Module, `${name}()`, n);
    const y = b.callPath(path, [x]);
    return a % 5 === 4 && sameShape(b.tensor(y).shape, b.tensor(x).shape) ? b.callPath(path, [y]) : y;
  }
};

export function pythonClass(name: string, parameters: string, b: Builder, result: string): PythonClass {
  return [
    `class ${name}(nn.Module):`,
    '    def __init__(self):',
    '        super().__init__()',
    ...b.setup.map(line => `        ${line}`),
    '',
    `    def forward(self, ${parameters}):`,
    ...b.steps.map(step => `        ${b.name(step.out)} = ${step.python}`),
    `        ${result}`,
    ''
  ];
}

const sequence: Row = {
  name: 'nn.Sequential',
  fits: x => x.ndim >= 2,
  build: (b, x, { a, b: n }) => {
    const features = size(b.tensor(x), -1);
    const make = [
      () => [new nn.Linear(features, 4), new nn.ReLU()],
      () => [new nn.Sequential(new nn.Linear(features, 3)), new nn.Hardswish(), new nn.Linear(3, 2)],
      () => [new nn.Dropout(0.1), new nn.Linear(features, 2), new nn.Sigmoid()],
      () => []
    ][a % 4] as () => nn.Module[];
    const text = [
      `nn.Linear(${features}, 4), nn.ReLU()`,
      `nn.Sequential(nn.Linear(${features}, 3)), nn.Hardswish(), nn.Linear(3, 2)`,
      `nn.Dropout(0.1), nn.Linear(${features}, 2), nn.Sigmoid()`,
      ''
    ][a % 4] as string;
    return b.call(new nn.Sequential(...make()), `nn.Sequential(${text})`, [x], n);
  }
};

const recurrent: Row = {
  name: 'nn.LSTM',
  fits: x => x.ndim === 3,
  build: (b, x, gene: Gene) => {
    const features = size(b.tensor(x), -1);
    const cls = gene.a % 2 === 0 ? nn.LSTM : nn.GRU;
    const both = b.call(
      new cls(features, 3, { batchFirst: gene.b % 2 === 0 }),
      `nn.${cls.name}(${features}, 3, batch_first=${gene.b % 2 === 0 ? 'True' : 'False'})`,
      [x],
      gene.a >> 1
    );
    return b.step([both], '{0}[0]', ((pair: Tensor[]) => operator.getitem(pair as never, 0)) as never);
  }
};

export const structureRows: readonly Row[] = [again, block, block, sequence, recurrent];
