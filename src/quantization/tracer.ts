// The tracer quantization uses: marked modules are leaves too. PyTorch: `QuantizationTracer`.

import { Tracer } from '../fx';
import { FusedModule } from '../nn/intrinsic';
import { classOf, type ModuleClass } from '../nn/library';
import { className, type Module } from '../nn/module';

export class QuantizationTracer extends Tracer {
  /** Marks that were met, by path or class; the others had no effect. */
  readonly usedNames = new Set<string>();
  readonly usedClasses = new Set<ModuleClass>();
  /** Subclasses of a marked class that were traced through: marks hold for the exact class. */
  readonly nearMisses = new Set<string>();

  constructor(
    private readonly skippedNames: ReadonlySet<string>,
    private readonly skippedClasses: ReadonlySet<ModuleClass>
  ) {
    super();
  }

  override isLeafModule(module: Module, path: string): boolean {
    const cls = classOf(module);
    if (this.skippedNames.has(path)) {
      this.usedNames.add(path);
      return true;
    }
    if (this.skippedClasses.has(cls)) {
      this.usedClasses.add(cls);
      return true;
    }
    const base = [...this.skippedClasses].find(
      skipped => module instanceof (skipped as unknown as new () => object)
    );
    if (base) {
      this.nearMisses.add(
        `${path}: ${className(module)} is a subclass of the marked ${base.name}; marks hold for the exact class`
      );
    }
    return super.isLeafModule(module, path) || module instanceof FusedModule;
  }
}
