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
  'async'
] as const;
export type ObstacleKind = (typeof OBSTACLE_KINDS)[number];

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
  /** The same code written so that it can be traced, where that could be derived. */
  rewrite?: string;
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
  async: 'forward is recorded while it runs; what happens after an await is not seen.'
};
