// One place in a model's code that torch.fx cannot record, as data. Words for it are made here, in one
// place; where the code stands in the notebook is added by whoever knows the cells.

import type { SourceRange } from '../../fx/source';

export const OBSTACLE_KINDS = [
  'control_flow',
  'comparison',
  'arithmetic',
  'iteration',
  'spread',
  'length',
  'data_access',
  'conversion',
  'assignment',
  'async',
  'unregistered'
] as const;
/** What stands in the way of tracing. */
export type ObstacleKind = (typeof OBSTACLE_KINDS)[number];

/** One place in a model's code that cannot be traced. */
export interface TraceObstacle {
  readonly modulePath: string;
  readonly className: string;
  /** `forward`, or the helper it called. */
  readonly functionName: string;
  kind: ObstacleKind;
  message: string;
  /** Within `source`; where one cause shows at several places, the one that decides. */
  range: SourceRange;
  /** Every place the cause shows at, in the order the code runs. */
  readonly places: SourceRange[];
  /** Text of the function, to find it in a cell and to show its lines. */
  readonly source: string;
  /** What stands in `range`. */
  code: string;
  /** What to do about it, in words; skipping the module and making it a custom module are always possible, too. */
  remedy: string;
  /** The same code written so that it can be traced, where that could be derived. */
  rewrite?: string;
  /** What `rewrite` stands for, within `source`: more than `range` where the code around it changes too. */
  rewriteRange?: SourceRange;
}

/** Why each construct cannot be recorded, in the reader's words. */
export const REASONS: { readonly [K in ObstacleKind]: string } = {
  control_flow:
    'While the graph is recorded, tensors have no values yet, so a condition on one cannot choose a side.',
  comparison: 'A traced value has nothing to compare yet; JavaScript compares at once, and wrongly.',
  arithmetic:
    'JavaScript operators need a number now; a traced value has none yet. Its methods are recorded.',
  iteration:
    'The number of elements is not known while the graph is recorded, so a loop over them has no end.',
  spread:
    'Spreading asks for every element now; how many there are is not known while the graph is recorded.',
  length: 'The length of a traced value is not known while the graph is recorded.',
  data_access: 'While the graph is recorded, tensors have no values yet, so their numbers cannot be read.',
  conversion: 'A traced value has nothing to convert to a number or text yet.',
  assignment: 'Writing into a traced value cannot be recorded; functions that return a new tensor can.',
  async: 'forward is recorded while it runs; what happens after an await is not seen.',
  unregistered: 'It is called, but it is no field of any module, so the graph has no path to name it by.'
};

/** What can be done about each, besides marking the module. */
export const REMEDIES: { readonly [K in ObstacleKind]: string } = {
  control_flow:
    'Choose with torch.where(condition, a, b), decide on a field of the module or on an argument fixed with concreteArgs, ' +
    'or move these lines into a module of their own and mark it non-traceable.',
  comparison: 'Compare with a method (x.gt(y), x.eq(y)) and choose with torch.where.',
  arithmetic: 'Use the methods, which are recorded: x.add(y), x.mul(y), operator.mul(size, 2).',
  iteration:
    'Take a known number of parts: const [a, b] = x.chunk(2), x.unbind() destructured, or x.at(i) for known i.',
  spread: 'Pass the size itself, x.view(size), and join sizes with size.concat([a, b]).',
  length: 'Write the number of dimensions or parts as it is, or keep it in a field of the module.',
  data_access: 'Stay with tensors: x.max() instead of its number, torch.where instead of a test on it.',
  conversion:
    'Compute with tensor methods (x.clamp({ min: 2 }) for Math.max); leave texts to code outside of forward.',
  assignment: 'Make a new tensor: torch.cat, torch.where, x.maskedFill(mask, value).',
  async: 'Make forward an ordinary function and await before the model is called.',
  unregistered: 'Put the modules into an nn.ModuleList or nn.ModuleDict, or into fields of their own.'
};
