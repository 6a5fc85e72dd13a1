// Inputs the model runs on: those a person named, else one sample of whatever variable of the notebook fits.

import { ERROR_CODES, type Recipe } from '../protocol';
import { completeInputs, parameterNames } from '../fx';
import { deepCopy } from '../nn/deepcopy';
import type { Module } from '../nn/module';
import { Tensor } from '../tensor';
import { batchesOf, type Variables } from './discovery';
import { RpcFailure } from './rpc';

/** @throws RpcFailure if the model runs on nothing that is there. */
export function findExampleInputs(model: Module, recipe: Recipe, variables: Variables): unknown[] {
  const named = recipe.exampleInputs.map(name => variables[name]).filter(v => v !== undefined);
  if (named.length > 0) {
    return completed(model, recipe, named);
  }
  const chosen = [variables[recipe.calibration ?? ''], variables[recipe.evaluation?.inputs ?? '']];
  // A variable named after the model is the likelier one; then the latest.
  const likely = Object.entries(variables).reverse();
  const byName = [...likely.filter(([name]) => name.startsWith(recipe.model)), ...likely];
  for (const value of [...chosen, ...byName.map(([, v]) => v).filter(isBatchLike)]) {
    const sample = batchesOf(value, 1)?.[0];
    const inputs = sample && completed(model, recipe, sample);
    if (inputs && runs(model, inputs)) {
      return inputs;
    }
  }
  throw new RpcFailure(
    ERROR_CODES.variableNotFound,
    'no example inputs: the notebook has no tensor the model runs on',
    { remedy: 'Choose a calibration variable.' }
  );
}

/**
 * With the values of parameters that are fixed, where they are left out.
 * @throws RpcFailure for a name that is no parameter.
 */
export function completed(model: Module, recipe: Recipe, inputs: readonly unknown[]): unknown[] {
  try {
    return completeInputs(model.forward, inputs, recipe.concreteArgs ?? {});
  } catch (error) {
    throw new RpcFailure(ERROR_CODES.invalidParams, (error as Error).message, {
      remedy: 'Correct the name of the parameter, or remove its value.'
    });
  }
}

/** Fixed values by position, as the traceability report takes them. */
export function concretePositions(
  model: Module,
  concrete: Readonly<Record<string, unknown>>
): ReadonlyMap<number, unknown> {
  const names = parameterNames(model.forward);
  return new Map(
    Object.entries(concrete)
      .map(([name, value]) => [names.indexOf(name), value] as const)
      .filter(([index]) => index >= 0)
  );
}

/** Does the model run on these inputs? On a copy, so that nothing of the user's moves. */
function runs(model: Module, inputs: readonly unknown[]): boolean {
  try {
    const copy = deepCopy(model);
    copy.eval();
    copy(...(inputs as never[]));
    return true;
  } catch {
    return false;
  }
}

function isBatchLike(value: unknown): boolean {
  return (
    (value instanceof Tensor && value.ndim > 1 && value.dtype === 'float32') ||
    batchesOf(value, 1) !== undefined
  );
}
