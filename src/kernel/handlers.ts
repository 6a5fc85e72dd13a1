// One handler per method of the protocol; a missing one is a type error.

import { ERROR_CODES, PROTOCOL_VERSION, type Recipe } from '../protocol';
import { printRecipe } from '../protocol/code';
import { className } from '../nn/module';
import { Tensor } from '../tensor';
import { channelExtrema } from '../quantization';
import type { KernelAdapter } from './adapter';
import { describeVariables } from './discovery';
import { RpcFailure, type Handlers } from './rpc';
import type { Session } from './session';

export function makeHandlers(session: Session, adapter: KernelAdapter): Handlers {
  return {
    hello: () => ({ protocol: PROTOCOL_VERSION, library: '0.1.0', kernel: adapter.name }),
    'models.list': () => {
      session.refresh(undefined);
      return { models: session.models() };
    },
    'model.trace': ({ recipe }) => ({ graph: session.trace(checked(recipe)) }),
    'model.graph': ({ model, stage }) => ({ graph: session.graph(model, stage) }),
    'model.prepare': ({ recipe }) => session.prepare(checked(recipe)),
    'model.calibrate': ({ recipe }, context) => session.calibrate(checked(recipe), context),
    'model.convert': ({ recipe }) => ({ graph: session.convert(checked(recipe)) }),
    'model.evaluate': ({ recipe }, context) => session.evaluate(checked(recipe), context),
    'node.stats': ({ model, ids }) => ({ stats: session.stats(model, ids) }),
    'node.histogram': ({ model, id }, context) => {
      const histogram = session.histogram(model, id);
      context.buffers.push(new Uint8Array(Float32Array.from(histogram.counts).buffer));
      return { histogram: { ...histogram, counts: [] } };
    },
    'node.weights': ({ model, path }) => {
      const module = session.modelOf(model).getSubmodule(path);
      const weight: unknown = Reflect.get(module, 'weight');
      if (!(weight instanceof Tensor)) {
        throw new RpcFailure(ERROR_CODES.invalidParams, `'${path}' (${className(module)}) has no weight`, {
          modulePath: path
        });
      }
      const [min, max] = channelExtrema(weight, 0);
      return { weights: { path, axis: 0, min: [...min], max: [...max] } };
    },
    'variables.list': () => ({ variables: describeVariables(session.variables()) }),
    'recipe.code': ({ recipe }) => ({ code: printRecipe(checked(recipe)) }),
    cancel: () => ({ cancelled: false })
  };
}

/** A recipe that came over the wire. @throws RpcFailure naming the field that is wrong. */
function checked(recipe: Recipe): Recipe {
  const fail = (what: string) => {
    throw new RpcFailure(ERROR_CODES.invalidParams, `recipe: ${what}`);
  };
  const value = recipe as Partial<Recipe> | undefined;
  if (typeof value !== 'object' || value === null) {
    fail('it must be an object');
  }
  const lists = ['exampleInputs', 'qconfigRows', 'marks'] as const;
  if (typeof value?.model !== 'string') {
    fail("'model' must be a variable name");
  }
  lists.filter(key => !Array.isArray(value?.[key])).forEach(key => fail(`'${key}' must be a list`));
  if (!['x86', 'fbgemm', 'onednn', 'qnnpack'].includes(value?.backend ?? '')) {
    fail(`backend '${String(value?.backend)}' is unknown`);
  }
  return recipe;
}
