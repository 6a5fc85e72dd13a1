// One handler per method of the protocol; a missing one is a type error. What a handler gets has been validated.

import { ERROR_CODES, PROTOCOL_VERSION, type ErrorData } from '../protocol';
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
    'model.trace': ({ recipe }) => ({ graph: session.trace(recipe) }),
    'model.graph': ({ model, stage }) => ({ graph: session.graph(model, stage) }),
    'model.prepare': ({ recipe }) => session.prepare(recipe),
    'model.calibrate': ({ recipe }, context) => session.calibrate(recipe, context),
    'model.convert': ({ recipe }) => ({ graph: session.convert(recipe) }),
    'model.evaluate': ({ recipe }, context) => session.evaluate(recipe, context),
    'node.stats': ({ model, ids }) => ({ stats: session.stats(model, ids) }),
    'node.histogram': ({ model, id }, context) => {
      const histogram = session.histogram(model, id);
      context.buffers.push(new Uint8Array(Float32Array.from(histogram.counts).buffer));
      return { histogram: { ...histogram, counts: [] } };
    },
    'node.weights': ({ model, path }) => {
      const module = asked(() => session.modelOf(model).getSubmodule(path), { modulePath: path });
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
    'recipe.code': ({ recipe }) => ({ code: asked(() => printRecipe(recipe)) }),
    cancel: () => ({ cancelled: false })
  };
}

/** Runs what fails only because of what was asked for. */
function asked<T>(run: () => T, data: ErrorData = {}): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof RpcFailure
      ? error
      : new RpcFailure(ERROR_CODES.invalidParams, (error as Error).message, data);
  }
}
