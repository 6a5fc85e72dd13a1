// Fused modules that only oneDNN's backend config makes: linear with leaky relu or tanh, convolution with an addition
// (two quantized inputs). PyTorch: `STATIC_LOWER_FUSED_MODULE_MAP`, `…_TWO_INPUTS_MAP`.

import { Node } from '../../fx';
import { intrinsic, quantized } from '../../nn';
import { FusedModule } from '../../nn/intrinsic';
import { classOf } from '../../nn/library';
import type { Module } from '../../nn/module';
import { isReferenceModule } from '../../nn/reference';
import type { FromFused } from '../../nn/quantized/onednn';
import { dropQuantize, isDequantize, qparamValues, quantizeNodes, type LoweringContext } from './context';

/** Fused class → its integer class, and how many quantized inputs it takes. */
const FUSED: ReadonlyMap<unknown, readonly [cls: FromFused, inputs: number]> = new Map<
  unknown,
  readonly [FromFused, number]
>([
  [intrinsic.LinearLeakyReLU, [quantized.LinearLeakyReLU, 1]],
  [intrinsic.LinearTanh, [quantized.LinearTanh, 1]],
  [intrinsic.ConvAdd2d, [quantized.ConvAdd2d, 2]],
  [intrinsic.ConvAddReLU2d, [quantized.ConvAddReLU2d, 2]]
]);

export function lowerOnednnModules(context: LoweringContext): void {
  for (const quantize of quantizeNodes(context)) {
    const node = quantize.args[0];
    if (!(node instanceof Node) || node.op !== 'call_module' || context.skips(node)) {
      continue;
    }
    const module = context.moduleAt(node.target as string);
    const [cls, inputs] = FUSED.get(classOf(module)) ?? [];
    const isReference =
      module instanceof FusedModule && isReferenceModule(Reflect.get(module, '0') as Module);
    if (!cls || !isReference || node.args.length !== inputs || !node.args.every(isDequantize)) {
      continue;
    }
    const lowered = cls.fromFused(module, ...qparamValues(context, quantize)) as Module;
    lowered.train(false);
    context.model.setSubmodule(node.target as string, lowered);
    for (const input of node.args as readonly Node[]) {
      node.replaceInputWith(input, input.args[0] as Node);
    }
    dropQuantize(context, quantize, node);
  }
}
