// A random model from a plan, with inputs for it.

import { nn, tensor, torch, tuple, type Tensor } from '../../../src';
import { Builder, type V } from './builder';
import { pick, type ModelPlan } from './genes';
import { grow } from './grow';
import { execute, pythonClass, type Program } from './structure';

export { gene, modelPlan, pick, type Gene, type ModelPlan } from './genes';

export interface RandomModel {
  readonly model: nn.Module;
  readonly inputs: unknown[];
  /** Inputs of the same shapes, others each time. */
  readonly moreInputs: (count: number) => unknown[][];
  /** The same model for PyTorch. */
  readonly python: string;
}

type Output = readonly [python: (names: string[]) => string, make: (values: unknown[]) => unknown];

const OUTPUTS: readonly Output[] = [
  [([x = '']) => x, ([x]) => x],
  [([x = '']) => x, ([x]) => x],
  [xs => `(${xs.join(', ')},)`, xs => tuple(...xs)],
  [xs => `[${xs.join(', ')}]`, xs => [...xs]],
  [
    xs => `{${xs.map((x, i) => `'k${i}': ${x}`).join(', ')}}`,
    xs => Object.fromEntries(xs.map((x, i) => [`k${i}`, x]))
  ],
  [([x = '', ...xs]) => `(${x}, {'rest': [${xs.join(', ')}]})`, ([x, ...xs]) => tuple(x, { rest: xs })]
];

const IMAGE = [
  [2, 3, 6, 6],
  [1, 2, 5, 4],
  [2, 4, 4, 4]
];
const SEQUENCE = [
  [2, 3, 5],
  [1, 4, 4]
];
const FEATURES = [
  [3, 6],
  [1, 4]
];

export interface BuildOptions {
  /** Leaves the model in training mode. */
  readonly training?: boolean;
  /** Without code that computes nothing that is returned. */
  readonly live?: boolean;
}

/** Builds the model a plan stands for. */
export function buildModel(
  plan: ModelPlan,
  { training = false, live = false }: BuildOptions = {}
): RandomModel {
  torch.manualSeed(plan.seed);
  const form = FORMS[plan.input % FORMS.length] as Form;
  const samples = form.inputs(plan.input >> 3);
  const program: Program = { steps: [], result: 0 };
  const [python, make] = pick(OUTPUTS, plan.output);
  let results: V[] = [];
  const run = (self: nn.Module, given: unknown[]) => {
    const env = execute(program, self, given);
    return make(results.map(v => env[v]));
  };
  const model = form.make(run);
  model.train(training);
  model.train(training);
  const builder = new Builder(model, form.names, samples, [...plan.genes], { live });
  form.begin?.(builder);
  grow(builder);
  model.train(training);
  const floats = builder.floats;
  const picked = [floats.at(-1) as V, ...[3, 5].map(n => floats[(plan.output * n) % floats.length] as V)];
  results = plan.output % OUTPUTS.length < 2 ? picked.slice(0, 1) : picked;
  if (live) {
    builder.dropDeadSteps(results);
  }
  program.steps.push(...builder.steps);
  const returned = `return ${python(results.map(v => builder.name(v)))}`;
  const classes = [...builder.classes, pythonClass('Net', form.parameters, builder, returned)];
  return {
    model,
    inputs: samples,
    moreInputs: count => Array.from({ length: count }, () => form.inputs(plan.input >> 3)),
    python: classes.map(lines => lines.join('\n')).join('\n')
  };
}

interface Form {
  readonly names: readonly string[];
  readonly parameters: string;
  readonly inputs: (n: number) => unknown[];
  readonly make: (run: (self: nn.Module, inputs: unknown[]) => unknown) => nn.Module;
  readonly begin?: (b: Builder) => void;
}

const one = (shapes: readonly number[][]): Form => ({
  names: ['x'],
  parameters: 'x',
  inputs: n => [torch.randn(pick(shapes, n))],
  make: run =>
    new (class Net extends nn.Module<[x: Tensor], unknown> {
      override forward(x: Tensor): unknown {
        return run(this as never, [x]);
      }
    })()
});

const FORMS: readonly Form[] = [
  one(FEATURES),
  one(IMAGE),
  one(SEQUENCE),
  {
    names: ['x', 'y'],
    parameters: 'x, y',
    inputs: n => [torch.randn(pick(IMAGE, n)), torch.randn(pick(IMAGE, n))],
    make: run =>
      new (class Net extends nn.Module<[x: Tensor, y: Tensor], unknown> {
        override forward(x: Tensor, y: Tensor): unknown {
          return run(this as never, [x, y]);
        }
      })()
  },
  {
    names: ['x', 'scale'],
    parameters: 'x, scale=0.5',
    inputs: n => [torch.randn(pick(IMAGE, n)), 0.5],
    make: run =>
      new (class Net extends nn.Module<[x: Tensor, scale?: number], unknown> {
        override forward(x: Tensor, scale = 0.5): unknown {
          return run(this as never, [x, scale]);
        }
      })(),
    begin: b => {
      b.step([0, 1], '{0} * {1}', ((x: Tensor, scale: number) => x.mul(scale)) as never);
    }
  },
  {
    names: ['ids'],
    parameters: 'ids',
    inputs: n => [
      tensor(
        [
          [n % 7, 1, 2, 3],
          [6, 5, 4, n % 5]
        ],
        { dtype: 'int64' }
      )
    ],
    make: run =>
      new (class Net extends nn.Module<[ids: Tensor], unknown> {
        override forward(ids: Tensor): unknown {
          return run(this as never, [ids]);
        }
      })(),
    begin: b => {
      b.call(new nn.Embedding(7, 4), 'nn.Embedding(7, 4)', [0]);
    }
  },
  one(IMAGE),
  one(FEATURES)
];
