// The recipe: what a person decided about one model variable, and nothing that follows from it.
// Stored in the notebook's metadata under `fxquant`, sent to the kernel to trace, prepare and convert,
// and printed as a cell by `recipe.code`.

import type { Mark } from './graphDocument';

export const RECIPE_VERSION = 1;

/** Notebook metadata key. */
export const RECIPE_METADATA_KEY = 'fxquant';

export const DEFAULT_BATCH_SIZE = 64;

export type BackendName = 'x86' | 'fbgemm' | 'onednn' | 'qnnpack';
export type QuantMode = 'static' | 'qat' | 'dynamic' | 'weight_only';

/** One row of a QConfigMapping. `qconfig` names a qconfig of the library (`defaultQConfig`) or is null: do not quantize. */
export interface QConfigRow {
  style: 'object_type' | 'module_name_regex' | 'module_name';
  target: string;
  qconfig: string | null;
}

/** Values a parameter of `forward` can be given once and for all. */
export type ConcreteValue = boolean | number | string | null;

export interface Recipe {
  version: typeof RECIPE_VERSION;
  /** Variable name of the model in the notebook. */
  model: string;
  /** Names of the variables passed as example inputs; none: a sample of the calibration data. */
  exampleInputs: string[];
  backend: BackendName;
  mode: QuantMode;
  qconfigRows: QConfigRow[];
  marks: Mark[];
  /** Parameters of `forward`, by name, that keep one value, so that its code may branch on them. */
  concreteArgs?: { [parameter: string]: ConcreteValue };
  /** Name of the variable that holds the calibration batches. */
  calibration?: string;
  /** Into how many samples at a time a tensor of calibration data is cut; 64 where absent. */
  batchSize?: number;
  /** Names of the variables to evaluate on. */
  evaluation?: { inputs: string; labels?: string };
}

/** The metadata a notebook carries. */
export interface RecipeBook {
  version: typeof RECIPE_VERSION;
  recipes: { [model: string]: Recipe };
}
