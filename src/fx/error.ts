// What goes wrong while tracing, as data: where (module path, class, the code), why, and what to do.
// The sentence is made here; the line of a notebook cell is found by whoever knows the cells.

/** Why a traced value could not be used so. `unknown`: an error of the user's own code while it was traced. */
export type TraceErrorKind =
  | 'control_flow'
  | 'comparison'
  | 'arithmetic'
  | 'iteration'
  | 'spread'
  | 'length'
  | 'data_access'
  | 'conversion'
  | 'assignment'
  | 'async'
  | 'unknown';

/** The facts of a `TraceError`. */
export interface TraceErrorDetails {
  readonly kind: TraceErrorKind;
  /** Path of the innermost module whose `forward` was running; '' is the model. */
  readonly modulePath: string;
  readonly className: string;
  /** Name of the node whose value was used. */
  readonly node?: string | undefined;
  /** The text of that `forward`, to find the place in a cell. */
  readonly source?: string | undefined;
}

const WAYS_OUT =
  'Mark the module non-traceable (PrepareCustomConfig.setNonTraceableModuleNames or …Classes), ' +
  'make it a custom module (setFloatToObservedMapping), or rewrite the line.';

/** Code that cannot be traced: where it is, why, and what can be done. */
export class TraceError extends Error {
  override readonly name = 'TraceError';

  constructor(
    readonly reason: string,
    readonly details: TraceErrorDetails,
    options?: ErrorOptions
  ) {
    const where = details.modulePath === '' ? 'the model' : `module '${details.modulePath}'`;
    super(`Cannot trace ${where} (${details.className}): ${reason} ${WAYS_OUT}`, options);
  }
}
