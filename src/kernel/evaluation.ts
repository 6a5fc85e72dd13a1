// Float and quantized model side by side on the same batches.

import { ERROR_CODES, type Evaluation } from '../protocol';
import type { GraphModule } from '../fx';
import type { Module } from '../nn/module';
import { noGrad, Tensor } from '../tensor';
import { decibels } from './decibels';
import { RpcFailure, type RequestContext } from './rpc';
import { breathe } from './pace';

interface Totals {
  samples: number;
  floatRight: number;
  quantizedRight: number;
  signal: number;
  noise: number;
  floatTime: number;
  quantizedTime: number;
}

/**
 * @param float in evaluation mode.
 * @param labels class of every sample, in the order of the batches; accuracies are left out without them.
 * @throws RpcFailure when cancelled.
 */
export async function evaluateModels(
  float: Module,
  quantized: GraphModule,
  batches: readonly (readonly unknown[])[],
  labels: unknown,
  context: RequestContext
): Promise<Evaluation> {
  const totals: Totals = {
    samples: 0,
    floatRight: 0,
    quantizedRight: 0,
    signal: 0,
    noise: 0,
    floatTime: 0,
    quantizedTime: 0
  };
  for (const [i, batch] of batches.entries()) {
    if (context.isCancelled()) {
      throw new RpcFailure(ERROR_CODES.cancelled, 'evaluation was cancelled');
    }
    noGrad(() => evaluateBatch(float, quantized, batch, labels, totals));
    context.progress(i + 1, batches.length, `Evaluating, batch ${i + 1} of ${batches.length}`);
    await breathe();
  }
  const { samples } = totals;
  const accuracies = {
    floatAccuracy: totals.floatRight / samples,
    quantizedAccuracy: totals.quantizedRight / samples
  };
  const outputSqnr = decibels(totals.signal, totals.noise);
  return {
    samples,
    ...(labels instanceof Tensor ? accuracies : {}),
    ...(outputSqnr === undefined ? {} : { outputSqnr }),
    floatBytes: bytesOf(float),
    quantizedBytes: bytesOf(quantized as unknown as Module),
    floatLatency: totals.floatTime / samples,
    quantizedLatency: totals.quantizedTime / samples
  };
}

function evaluateBatch(
  float: Module,
  quantized: GraphModule,
  batch: readonly unknown[],
  labels: unknown,
  totals: Totals
): void {
  const start = performance.now();
  const want = firstTensor(float(...(batch as never[])));
  const middle = performance.now();
  const got = firstTensor(quantized<unknown>(...batch));
  totals.floatTime += middle - start;
  totals.quantizedTime += performance.now() - middle;
  const n = want.shape[0] ?? 1;
  const [a, b] = [want.data(), got.data()];
  for (let i = 0; i < a.length; i++) {
    totals.signal += (a[i] as number) ** 2;
    totals.noise += ((a[i] as number) - (b[i] as number)) ** 2;
  }
  if (labels instanceof Tensor && want.ndim === 2) {
    const [p, q] = [want.argmax(1).data(), got.argmax(1).data()];
    const y = labels.data();
    for (let i = 0; i < n; i++) {
      totals.floatRight += Number(p[i] === y[totals.samples + i]);
      totals.quantizedRight += Number(q[i] === y[totals.samples + i]);
    }
  }
  totals.samples += n;
}

/** What is compared of an output with several parts: its first tensor, as numbers. */
function firstTensor(output: unknown): Tensor {
  if (output instanceof Tensor) {
    return output.quantizer ? output.dequantize() : output;
  }
  const parts = typeof output === 'object' && output !== null ? Object.values(output) : [];
  if (parts.length === 0) {
    throw new RpcFailure(
      ERROR_CODES.invalidParams,
      'the model returns no tensor; there is nothing to compare'
    );
  }
  return firstTensor(parts[0]);
}

function bytesOf(module: Module): number {
  return module.stateDict().byteLength;
}
