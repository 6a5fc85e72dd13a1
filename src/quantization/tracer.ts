// The tracer quantization uses: marked modules are leaves too. PyTorch: `QuantizationTracer`.

import { Tracer } from '../fx';
import { FusedModule } from '../nn/intrinsic';
import { classOf, type ModuleClass } from '../nn/library';
import type { Module } from '../nn/module';

/** A tracer for which marked and fused modules are leaves. PyTorch: `QuantizationTracer`. */
export class QuantizationTracer extends Tracer {
  /** Marks hold for the path, or for the exact class. */
  constructor(
    private readonly skippedNames: ReadonlySet<string>,
    private readonly skippedClasses: ReadonlySet<ModuleClass>
  ) {
    super();
  }

  override isLeafModule(module: Module, path: string): boolean {
    return (
      this.skippedNames.has(path) ||
      this.skippedClasses.has(classOf(module)) ||
      super.isLeafModule(module, path) ||
      module instanceof FusedModule
    );
  }
}
