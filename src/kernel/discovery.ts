// What a notebook's variables are to the panel: models, tensors, batches, classes. Reading a variable never runs the
// user's code beyond a property read.

import type { ModelInfo, VariableInfo } from '../protocol';
import { GraphModule } from '../fx';
import { className, isModule, ModuleBase, type Module } from '../nn/module';
import { Tensor } from '../tensor';
import { ObserverBase } from '../quantization';
import { toBatches } from '../batches';

export type Variables = Readonly<Record<string, unknown>>;

/** Models among the variables: modules that are no layers of the library by themselves and no observers. */
export function findModels(variables: Variables): [name: string, model: Module][] {
  return Object.entries(variables).filter((entry): entry is [string, Module] => {
    const value = entry[1];
    return isModule(value) && !(value instanceof GraphModule) && !(value instanceof ObserverBase);
  });
}

export function describeModel(
  name: string,
  model: Module,
  rest: Pick<ModelInfo, 'stage' | 'revision'> & { cellId?: string | undefined }
): ModelInfo {
  const parameterCount = [...model.parameters()].reduce((sum, p) => sum + p.numel(), 0);
  const { stage, revision, cellId } = rest;
  return {
    name,
    className: className(model),
    parameterCount,
    stage,
    revision,
    ...(cellId === undefined ? {} : { cellId })
  };
}

export function describeVariables(variables: Variables): VariableInfo[] {
  return Object.entries(variables).flatMap(([name, value]) => describeVariable(name, value) ?? []);
}

function describeVariable(name: string, value: unknown): VariableInfo | undefined {
  if (value instanceof Tensor) {
    const isLabels = value.ndim === 1 && ['int64', 'int32', 'uint8'].includes(value.dtype);
    return {
      name,
      kind: isLabels ? 'labels' : 'tensor',
      summary: tensorSummary(value),
      shape: [...value.shape]
    };
  }
  if (Array.isArray(value) && value.length > 0) {
    const first: unknown = Array.isArray(value[0]) ? (value[0] as unknown[])[0] : value[0];
    if (first instanceof Tensor) {
      const summary = `${value.length} batches of ${tensorSummary(first)}`;
      return { name, kind: 'batches', summary, shape: [...first.shape], batches: value.length };
    }
    return undefined;
  }
  if (typeof value === 'function' && value.prototype instanceof ModuleBase) {
    const has = (method: string) => typeof Reflect.get(value, method) === 'function';
    return {
      name,
      kind: 'class',
      summary: 'class extends nn.Module',
      hasFromFloat: has('fromFloat'),
      hasFromObserved: has('fromObserved')
    };
  }
  const isAsync =
    typeof value === 'object' && value !== null && !isModule(value) && Symbol.asyncIterator in value;
  return isAsync ? { name, kind: 'async_batches', summary: 'batches as they come' } : undefined;
}

function tensorSummary(value: Tensor): string {
  return `${value.dtype} [${value.shape.join(', ')}]`;
}

/** Batches of a variable, each a list of inputs. Undefined for what holds no tensors, or no samples. */
export function batchesOf(value: unknown, batchSize: number): unknown[][] | undefined {
  const rows = value instanceof Tensor || isRows(value) ? toBatches(value, batchSize) : [];
  return rows.length > 0 && rows.every(row => row[0] instanceof Tensor) ? rows : undefined;
}

const isRows = (value: unknown): value is (Tensor | unknown[])[] =>
  Array.isArray(value) && value.every(row => row instanceof Tensor || Array.isArray(row));
