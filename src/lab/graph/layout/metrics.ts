// Sizes and distances, in pixels at 100 %. From the visual reference; nothing else holds such numbers.

export const OP_WIDTH = 196;
export const ROW = 22;
/** Rows of a node that stands for three operations or more are a little lower. */
export const ROW_DENSE = 20;
export const CLOSED_WIDTH = 224;
export const CLOSED_HEIGHT = 26;
export const PILL_WIDTH = 56;
export const PILL_HEIGHT = 20;
export const ATTRIBUTE_WIDTH = 140;

/** Between two nodes of a chain: room for a capsule and an arrow head, at every stage. */
export const GAP = 26;
export const GAP_BEFORE_BOX = 29;
export const GAP_AFTER_BOX = 28;
/** From a node down to the top of a branch's first node. */
export const FORK_GAP = 54;
/** From a box's content down to a branch that comes in through its border. */
export const ENTRY_GAP = 28;
/** From the end of a branch down to the height at which it enters its target. */
export const MERGE_GAP = 32;

export const SLOT_OFFSET = 4;
export const CAPSULE_WIDTH = 72;
export const CAPSULE_HEIGHT = 16;
/** From a node's bottom to the dot where skips leave. */
export const TAP_OFFSET = 23;

export const COLUMN_GAP = 40;
export const LANE_OFFSET = 16;
export const LANE_PITCH = 10;

export const HEADER = 22;
export const BOX_TOP = HEADER + 4;
export const BOX_BOTTOM = 8;
export const BOX_SIDE = 12;
/** Header text stands left of the chain: the box is at least this wide on that side. */
export const BOX_MIN_HALF = 144;
export const BOX_MAX_LEFT = 190;

export const nodeHeight = (weight: number): number => (weight <= 2 ? ROW * weight : ROW_DENSE * weight);

/**
 * Room for a header's name and class, estimated since the layout has no fonts, and in steps: boxes with names of
 * about the same length have their borders in line.
 */
export const headerWidth = (name: string, type: string): number =>
  BOX_MIN_HALF + Math.ceil((name.length * 7.1 + Math.min(type.length, 12) * 5.6 - 106) / 22) * 22;
