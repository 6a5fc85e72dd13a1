// State of one analysis run: the obstacles found, the budget, the fields modules were given while being
// analysed, and what the caller knows of names and leaves.

import type { Module } from '../../nn/module';
import type { SourceRange } from '../../fx/source';
import type { ObstacleKind, TraceObstacle } from './obstacle';
import { REASONS, REMEDIES } from './obstacle';
import { rangeOf, type Place } from '../../fx/source';
import { UNKNOWN, known, type AbstractValue, type Frame } from './values';

export interface TraceabilityOptions {
  /** True for modules the tracer does not look into. */
  isLeaf(module: Module, path: string): boolean;
  /** Value of a name from outside the function (a variable of the notebook), if it can be told. */
  resolve?(name: string): { value: unknown } | undefined;
  /** True for functions of this library, all of which can be traced. */
  isLibraryFunction(fn: unknown): boolean;
  /** Most syntax nodes looked at before giving up. Default 500,000. */
  budget?: number;
}

/** What goes wrong where a number is wanted; a condition on the result is then the place to change. */
const READS_VALUES: ReadonlySet<ObstacleKind> = new Set<ObstacleKind>([
  'data_access',
  'comparison',
  'arithmetic',
  'length'
]);

const DEFAULT_BUDGET = 500_000;

/** What is wrong with a place. */
export interface Finding {
  readonly kind: ObstacleKind;
  /** What was found, before the reason: `` `if` on a traced value. `` */
  readonly detail?: string;
  readonly rewrite?: Rewrite | undefined;
}

/** Code to write instead of what stands at `place`. */
export interface Rewrite {
  readonly code: string;
  readonly place: Place;
}

/** Thrown inside the analysis when the budget is spent; what was found until then is kept. */
export class BudgetSpent extends Error {}

export class Analysis {
  readonly obstacles: TraceObstacle[] = [];
  private readonly seen = new Map<string, TraceObstacle>();
  private readonly fields = new WeakMap<object, Map<string, AbstractValue>>();
  private left: number;

  constructor(
    readonly options: TraceabilityOptions,
    /** First path of every module. */
    readonly paths: ReadonlyMap<Module, string>
  ) {
    this.left = options.budget ?? DEFAULT_BUDGET;
  }

  /** Counts one syntax node. */
  spend(): void {
    if (this.left-- <= 0) {
      throw new BudgetSpent();
    }
  }

  /**
   * Notes an obstacle, once per place and module. Where `value` comes from an obstacle itself, no new one is
   * made: the place is added to that cause, and a condition becomes its main place, since that is what the
   * reader has to change.
   */
  report(frame: Frame, node: Place, finding: Finding, value?: AbstractValue): TraceObstacle {
    const range = rangeOf(node, frame.prefix);
    const cause = value?.kind === 'traced' ? value.cause : undefined;
    if (cause && cause.source === frame.source) {
      return this.extend(cause, frame, node, range, finding);
    }
    const key = `${frame.modulePath}|${frame.source}|${range.line}:${range.column}|${finding.kind}`;
    const known = this.seen.get(key);
    if (known) {
      return known;
    }
    const obstacle: TraceObstacle = {
      modulePath: frame.modulePath,
      className: frame.className,
      functionName: frame.functionName,
      kind: finding.kind,
      message: sentence(finding),
      remedy: REMEDIES[finding.kind],
      range,
      places: [range],
      source: frame.source,
      code: textOf(frame, node),
      ...rewriteOf(finding, frame)
    };
    this.seen.set(key, obstacle);
    this.obstacles.push(obstacle);
    return obstacle;
  }

  private extend(
    cause: TraceObstacle,
    frame: Frame,
    node: Place,
    range: SourceRange,
    finding: Finding
  ): TraceObstacle {
    const repeated = cause.places.some(place => sameRange(place, range));
    if (!repeated) {
      cause.places.push(range);
    }
    if (finding.kind === 'control_flow' && READS_VALUES.has(cause.kind)) {
      Object.assign(cause, {
        kind: finding.kind,
        message: sentence(finding),
        remedy: REMEDIES[finding.kind],
        range,
        code: textOf(frame, node)
      });
    }
    if (finding.rewrite !== undefined) {
      Object.assign(cause, rewriteOf(finding, frame));
    } else if (finding.kind === 'control_flow' && !repeated) {
      // A rewrite of only a part would not make the whole traceable.
      delete cause.rewrite;
      delete cause.rewriteRange;
    }
    return cause;
  }

  /** A name from outside the function: what the caller can tell, else a JavaScript global. */
  global(name: string): AbstractValue {
    const told = this.options.resolve?.(name);
    if (told) {
      return known(told.value);
    }
    return name in globalThis ? known(Reflect.get(globalThis, name)) : UNKNOWN;
  }

  /** A field of a real object, as it is or as the analysed code has set it. */
  readField(object: object, name: string): AbstractValue {
    const assigned = this.fields.get(object)?.get(name);
    if (assigned) {
      return assigned;
    }
    try {
      return known(Reflect.get(object, name) as unknown);
    } catch {
      return UNKNOWN;
    }
  }

  /** Remembers an assignment without making it: the user's model is never changed. */
  writeField(object: object, name: string, value: AbstractValue): void {
    const fields = this.fields.get(object) ?? new Map<string, AbstractValue>();
    this.fields.set(object, fields.set(name, value));
  }
}

/** A node's text in its function. */
export function textOf(frame: Frame, node: { start: number; end: number }): string {
  return frame.source.slice(node.start - frame.prefix, node.end - frame.prefix);
}

function rewriteOf({ rewrite }: Finding, frame: Frame): Pick<TraceObstacle, 'rewrite' | 'rewriteRange'> {
  return rewrite ? { rewrite: rewrite.code, rewriteRange: rangeOf(rewrite.place, frame.prefix) } : {};
}

function sentence({ kind, detail }: Finding): string {
  return detail === undefined ? REASONS[kind] : `${detail} ${REASONS[kind]}`;
}

function sameRange(a: SourceRange, b: SourceRange): boolean {
  return a.line === b.line && a.column === b.column && a.endLine === b.endLine && a.endColumn === b.endColumn;
}
