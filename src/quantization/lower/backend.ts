// Operators a backend config brings its own integer version for: `setQuantizedModule`, `setQuantizedFunction`. What
// PyTorch's configs cannot say, and what makes a new operator possible without touching lowering.

import { Node, type Argument } from '../../fx';
import { classOf, type ModuleClass } from '../../nn/library';
import type { Module } from '../../nn/module';
import type { TorchFunction } from '../../tensor/function';
import type { BackendPatternConfig } from '../backendConfig';
import { coversOf } from './binary';
import {
  dropQuantize,
  isDequantize,
  qparamNodes,
  qparamValues,
  quantizeNodes,
  type LoweringContext
} from './context';

interface FromReference {
  fromReference(module: Module, scale: number, zeroPoint: number): Module;
}

/** dequantize → module → quantize: the module's integer class takes its place. */
export function lowerBackendModules(context: LoweringContext): void {
  const classes = integerClasses(context.backend.configs);
  if (classes.size === 0) {
    return;
  }
  for (const quantize of quantizeNodes(context)) {
    const node = quantize.args[0];
    if (!(node instanceof Node) || node.op !== 'call_module' || context.skips(node) || !readsIntegers(node)) {
      continue;
    }
    const module = context.moduleAt(node.target as string);
    const integer = classes.get(classOf(module)) as unknown as FromReference | undefined;
    if (integer) {
      const lowered = integer.fromReference(module, ...qparamValues(context, quantize));
      lowered.train(false);
      context.model.setSubmodule(node.target as string, lowered);
      readQuantized(node);
      dropQuantize(context, quantize, node);
    }
  }
}

/** Float, fused or reference class → integer class. */
function integerClasses(configs: readonly BackendPatternConfig[]): Map<ModuleClass, ModuleClass> {
  const classes = new Map<ModuleClass, ModuleClass>();
  for (const { pattern, rootModule, referenceQuantizedModule, quantizedModule } of configs) {
    if (quantizedModule && typeof pattern === 'function') {
      classes.set(pattern as ModuleClass, quantizedModule);
      if (referenceQuantizedModule && rootModule === pattern) {
        classes.set(referenceQuantizedModule, quantizedModule);
      }
    }
  }
  return classes;
}

/**
 * dequantize → function → quantize: `f(x, …)` becomes the integer function of the same arguments, scale and zero point
 * being its last two parameters.
 */
export function lowerBackendFunctions(context: LoweringContext): void {
  const { graph } = context.model;
  for (const quantize of quantizeNodes(context)) {
    const node = quantize.args[0];
    if (!(node instanceof Node) || node.op !== 'call_function' || typeof node.target === 'string') {
      continue;
    }
    const integer = context.backend.find(node.target)?.quantizedFunction;
    if (!integer || context.skips(node) || !readsIntegers(node)) {
      continue;
    }
    readQuantized(node);
    const [scale, zeroPoint] = qparamNodes(quantize);
    const lowered = graph.insertingAfter(zeroPoint, () =>
      graph.callFunction(integer, node.args, { ...node.kwargs, ...byName(integer, [scale, zeroPoint]) })
    );
    lowered.meta = { ...node.meta, covers: coversOf(node) };
    dropQuantize(context, quantize, lowered, true);
    graph.eraseNode(node);
  }
}

/** Every input is a dequantized value, and there is one. */
function readsIntegers(node: Node): boolean {
  return node.allInputNodes.length > 0 && node.allInputNodes.every(isDequantize);
}

function readQuantized(node: Node): void {
  for (const input of node.allInputNodes) {
    node.replaceInputWith(input, input.args[0] as Argument as Node);
  }
}

/** The last parameters of a function, by name. */
function byName(fn: TorchFunction, values: readonly Argument[]): Record<string, Argument> {
  const names = fn.spec.parameters.slice(-values.length).map(p => p.name);
  return Object.fromEntries(names.map((name, i) => [name, values[i] as Argument]));
}
