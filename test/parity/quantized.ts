// The lowered model: classes, output qparams and weights of its modules, and what every node returns, end to end from
// the float weights.

import type { Tensor } from '../../src';
import { fx } from '../../src';
import type { Module } from '../../src/nn/module';
import type { Case } from './case';
import {
  compareClass,
  compareClose,
  compareIntegers,
  compareSteps,
  firstOf,
  type Difference
} from './compare';
import { cloneValue, flattenValue, type Tensors } from './values';

export function compareModules(quantized: fx.GraphModule, recorded: Case): Difference {
  return firstOf(
    Object.entries(recorded.quantized.modules).flatMap(([path, want]) => {
      const module = () => quantized.getSubmodule(path);
      const differs = (what: string, difference: Difference) => difference && `${what}: ${difference}`;
      return [
        () => differs(`quantized module '${path}'`, compareClass(module().constructor, want.type)),
        () => differs(`quantized module '${path}'`, compareOutput(module(), want)),
        () => differs(`weight of '${path}'`, compareWeight(module(), path, recorded.tensors)),
        () => differs(`bias of '${path}'`, compareBias(module(), path, recorded.tensors))
      ];
    })
  );
}

function compareOutput(module: Module, want: { scale?: number; zero_point?: number }): Difference {
  const { outputScale, outputZeroPoint } = module as unknown as Record<string, number | undefined>;
  if (want.scale === undefined || outputScale === undefined || outputZeroPoint === undefined) {
    return undefined;
  }
  return Math.abs(outputScale - want.scale) > 1e-5 * want.scale || outputZeroPoint !== want.zero_point
    ? `output scale ${outputScale} and zero point ${outputZeroPoint}, expected ${want.scale} and ${want.zero_point}`
    : undefined;
}

function compareWeight(module: Module, path: string, tensors: Tensors): Difference {
  const expected = (part: string) => tensors.get(`quantized_weight/${path}#${part}`);
  const integers = expected('int');
  if (!integers) {
    return undefined;
  }
  const weight = (module as unknown as { weight?(): Tensor }).weight?.();
  if (!weight?.quantizer) {
    return 'is not quantized';
  }
  const { scales, zeroPoints } = weight.quantizer;
  const qparams = expected('qparams')?.data();
  const wantScales = expected('scales')?.data() ?? qparams?.slice(0, 1) ?? [];
  const wantZeroPoints = expected('zero_points')?.data() ?? qparams?.slice(1) ?? [];
  return firstOf([
    () => compareNumbers('scale', scales, wantScales, 1e-5),
    // Zero points of embedding rows are float numbers.
    () => compareNumbers('zero point', zeroPoints, wantZeroPoints, 1e-5),
    // Rows of 4 bits are recorded as one run of bytes, two integers in each.
    () => compareIntegers('integers', weight.intRepr().reshape(integers.shape), integers, 0.01)
  ]);
}

function compareNumbers(
  what: string,
  got: readonly number[],
  want: ArrayLike<number>,
  relative: number
): Difference {
  if (got.length !== want.length) {
    return `${got.length} ${what}s, expected ${want.length}`;
  }
  const i = got.findIndex(
    (value, i) => !(Math.abs(value - (want[i] as number)) <= relative * Math.abs(want[i] as number))
  );
  return i < 0 ? undefined : `${what} ${i} is ${got[i]}, expected ${want[i]}`;
}

function compareBias(module: Module, path: string, tensors: Tensors): Difference {
  const expected = tensors.get(`quantized_bias/${path}`);
  if (!expected) {
    return undefined;
  }
  const bias = (module as unknown as { bias?(): Tensor | null }).bias?.();
  if (bias) {
    return compareClose('values', bias, expected, { relative: 1e-5, absolute: 1e-6 });
  }
  // qnnpack packs zeros where there is no bias.
  return expected.data().every(value => value === 0) ? undefined : 'is missing';
}

/** Keeps what every node returned. */
class Capture extends fx.Interpreter {
  readonly values = new Map<fx.Node, unknown>();
  protected override runNode(node: fx.Node): unknown {
    const value = super.runNode(node);
    this.values.set(node, cloneValue(value));
    return value;
  }
}

/** What every node of a model returns for some inputs. */
export function captureValues(model: fx.GraphModule, inputs: readonly unknown[]) {
  const capture = new Capture(model as unknown as Module, model.graph);
  const output = capture.run(...inputs);
  return { values: capture.values, output };
}

/** End to end: integers off by at most one in 1 % of the elements; floats to the scale of that. */
export function compareValues(
  quantized: fx.GraphModule,
  recorded: Case,
  inputs: readonly unknown[]
): Difference {
  const { values, output } = captureValues(quantized, inputs);
  return firstOf([
    ...[...values].map(
      ([node, value]) =>
        () =>
          compareValue(`node ${node.name}`, value, `quantized/${node.name}`, recorded, stepOf(node, recorded))
    ),
    () => compareValue('quantized output', output, 'quantized_out', recorded, outputStep(quantized, recorded))
  ]);
}

/** Recorded integers and floats under `key` against ours. */
export function compareValue(
  what: string,
  value: unknown,
  key: string,
  recorded: Case,
  step: number | undefined
): Difference {
  return firstOf(
    flattenValue(value, key).map(([k, tensor]) => () => {
      const [integers, floats] = [recorded.tensors.get(`${k}#int`), recorded.tensors.get(k)];
      if (integers) {
        return tensor.quantizer
          ? compareIntegers(what, tensor.intRepr(), integers, 0.01)
          : `${what} is float, expected integers`;
      }
      if (!floats) {
        return undefined;
      }
      return step === undefined
        ? compareClose(what, tensor, floats, floatTolerance(recorded, floats))
        : compareSteps(what, tensor, floats, step);
    })
  );
}

/** A dequantize node returns multiples of the scale of what it reads. */
function stepOf(node: fx.Node, recorded: Case): number | undefined {
  const [input] = node.args;
  return node.op === 'call_method' && node.target === 'dequantize' && input instanceof fx.Node
    ? recorded.tensors.get(`quantized/${input.name}#qparams`)?.data()[0]
    : undefined;
}

export function outputStep(quantized: fx.GraphModule, recorded: Case): number | undefined {
  const result = quantized.graph.outputNode?.args[0];
  return result instanceof fx.Node ? stepOf(result, recorded) : undefined;
}

/** Dynamic results agree to 1e-5; what float operators make of integers that may be off by one, to two steps of 1 %. */
function floatTolerance(recorded: Case, values: Tensor): { relative?: number; absolute?: number } {
  if (recorded.mode === 'dynamic' || recorded.mode === 'weight_only') {
    return { absolute: 1e-5 };
  }
  const span = Array.from(values.data()).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return { absolute: Math.max(1e-5, (2 * span) / 100), relative: 1e-5 };
}
