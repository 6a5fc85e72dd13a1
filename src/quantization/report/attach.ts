// Where a model keeps its report: in `meta`, so that copies keep it, and readable as `model.report`.

import type { GraphModule } from '../../fx';
import { QuantizationReport } from './report';

const KEY = 'quantizationReport';

/** A model that `prepareFx` or `convertFx` made. */
export type Reported = GraphModule & {
  /** Settings without effect, operators that stay float and why. Use `reportOf` where the model has a field of this name. */
  readonly report: QuantizationReport;
};

/** The report of a prepared or converted model; an empty one for any other. */
export function reportOf(model: GraphModule): QuantizationReport {
  const report = model.meta[KEY];
  return report instanceof QuantizationReport ? report : new QuantizationReport([]);
}

/** Adds the report, under `report` unless the model has something there itself. */
export function writeReport(model: GraphModule, report: QuantizationReport): Reported {
  model.meta[KEY] = report;
  if (!Object.hasOwn(model, 'report')) {
    Object.defineProperty(model, 'report', {
      value: report,
      writable: true,
      enumerable: false,
      configurable: true
    });
  }
  return model as Reported;
}
