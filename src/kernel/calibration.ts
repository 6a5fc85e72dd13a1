// Batches through a prepared model, one at a time, so that a person can watch and stop it.

import { DEFAULT_BATCH_SIZE, ERROR_CODES, type Recipe } from '../protocol';
import type { GraphModule } from '../fx';
import { noGrad, Tensor } from '../tensor';
import { batchesOf, type Variables } from './discovery';
import { breathe } from './pace';
import { RpcFailure, type RequestContext } from './rpc';

export type Batches = readonly (readonly unknown[])[] | AsyncIterable<unknown>;

/** @throws RpcFailure where the variable holds none. */
export function calibrationBatches(recipe: Recipe, variables: Variables): Batches {
  const source = variables[recipe.calibration ?? ''];
  const batches = batchesOf(source, recipe.batchSize ?? DEFAULT_BATCH_SIZE);
  if (batches) {
    return batches;
  }
  if (isAsyncIterable(source)) {
    return source;
  }
  throw new RpcFailure(
    ERROR_CODES.variableNotFound,
    recipe.calibration === undefined
      ? 'no variable is chosen to calibrate with'
      : `'${recipe.calibration}' is no tensor and holds no batches`,
    { remedy: 'Choose a tensor whose first dimension counts samples, or an array of batches.' }
  );
}

/**
 * @param seen called after every batch.
 * @param complete adds inputs that are the same for all.
 * @throws RpcFailure when cancelled, when a batch does not fit the model, and when there was none.
 */
export async function calibrateWith(
  prepared: GraphModule,
  batches: Batches,
  context: RequestContext,
  seen: () => void,
  complete: (batch: readonly unknown[]) => readonly unknown[] = batch => batch
): Promise<{ batches: number; samples: number }> {
  const total = Array.isArray(batches) ? batches.length : undefined;
  let [samples, done] = [0, 0];
  for await (const item of batches) {
    if (context.isCancelled()) {
      throw new RpcFailure(ERROR_CODES.cancelled, `calibration was cancelled after ${done} batches`);
    }
    const batch: readonly unknown[] = Array.isArray(item) ? (item as unknown[]) : [item];
    run(prepared, complete(batch), done + 1);
    done += 1;
    samples += batch[0] instanceof Tensor ? (batch[0].shape[0] ?? 1) : 1;
    const text =
      total === undefined ? `Calibrating, batch ${done}` : `Calibrating, batch ${done} of ${total}`;
    context.progress(done, total, text);
    seen();
    await breathe();
  }
  if (done === 0) {
    throw new RpcFailure(ERROR_CODES.calibration, 'there was no batch to calibrate with', {
      remedy:
        'An iterator that was read to its end gives nothing more: make it anew, or use an array of batches.'
    });
  }
  return { batches: done, samples };
}

function run(prepared: GraphModule, batch: readonly unknown[], position: number): void {
  try {
    noGrad(() => prepared(...batch));
  } catch (error) {
    const shape = batch[0] instanceof Tensor ? ` (${batch[0].dtype} [${batch[0].shape.join(', ')}])` : '';
    throw new RpcFailure(
      ERROR_CODES.calibration,
      `batch ${position}${shape} fails: ${error instanceof Error ? error.message : String(error)}`,
      { remedy: 'Choose data the model takes: of its shape, without infinities and NaN.' }
    );
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
