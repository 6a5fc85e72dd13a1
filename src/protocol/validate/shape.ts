// Shapes of JSON values. One table of shapes is both the validator of a type and its JSON Schema, and the compiler holds
// it against the TypeScript type: a property without a row, or with a row of another type, does not compile.
//
// Properties nobody knows are let through: a newer writer may have added them without changing what the others mean.

/** Where in a value: property names and positions in lists. */
export type Path = (string | number)[];

export type JsonSchema = { readonly [keyword: string]: unknown };

/** A shape of whatever type. */
export interface AnyShape {
  /** What a value must be, for the error: `a whole number`. */
  readonly expected: string;
  /** @throws ValidationError; `path` is then where. */
  check(value: unknown, path: Path): void;
  /** As JSON Schema; named shapes are put into `defs` and referred to. */
  schema(defs: Map<string, JsonSchema>): JsonSchema;
}

export interface Shape<T> extends AnyShape {
  /** Makes shapes of different types different types, both ways; never there. */
  readonly exact?: (value: T) => T;
}

/** A property that may be absent. */
export interface Optional<T> {
  readonly optional: Shape<T>;
}

type IsOptional<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? true : false;

/** A row for every property of `T`. */
export type Fields<T> = {
  readonly [K in keyof T]-?: IsOptional<T, K> extends true ? Optional<Exclude<T[K], undefined>> : Shape<T[K]>;
};

/** A value that is not what it should be: `nodes[3].inputs[0]: expected the id of an earlier node, got 7`. */
export class ValidationError extends Error {
  /** Where, as one would write it in code; '' is the value itself. */
  readonly path: string;

  constructor(
    path: Path,
    readonly expected: string,
    got: unknown
  ) {
    const printed = printPath(path);
    super(`${printed === '' ? '' : `${printed}: `}expected ${expected}, got ${printValue(got)}`);
    this.name = 'ValidationError';
    this.path = printed;
  }
}

export function fail(path: Path, expected: string, got: unknown): never {
  throw new ValidationError(path, expected, got);
}

/** The value, as what it has been found to be. */
export function validate<T>(shape: Shape<T>, value: unknown): T {
  shape.check(value, []);
  return value as T;
}

/** The error, or undefined for a value that fits. */
export function problemOf(shape: AnyShape, value: unknown): ValidationError | undefined {
  try {
    shape.check(value, []);
    return undefined;
  } catch (error) {
    if (error instanceof ValidationError) {
      return error;
    }
    throw error;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function printPath(path: Path): string {
  return path
    .map((part, i) =>
      typeof part === 'number'
        ? `[${part}]`
        : /^[A-Za-z_$][\w$]*$/.test(part)
          ? `${i === 0 ? '' : '.'}${part}`
          : `[${JSON.stringify(part)}]`
    )
    .join('');
}

const MAX_PRINTED = 60;

function printValue(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (Array.isArray(value)) {
    return `a list of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) {
    return 'an object';
  }
  if (typeof value === 'string' && value.length > MAX_PRINTED) {
    return `${JSON.stringify(value.slice(0, MAX_PRINTED))}…`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
