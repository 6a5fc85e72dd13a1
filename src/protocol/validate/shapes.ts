// The kinds of shape there are.

import {
  fail,
  isObject,
  ValidationError,
  type AnyShape,
  type Fields,
  type JsonSchema,
  type Optional,
  type Path,
  type Shape
} from './shape';

function leaf<T>(expected: string, fits: (value: unknown) => boolean, schema: JsonSchema): Shape<T> {
  return {
    expected,
    check: (value, path) => {
      if (!fits(value)) {
        fail(path, expected, value);
      }
    },
    schema: () => schema
  };
}

export const text = leaf<string>('a string', v => typeof v === 'string', { type: 'string' });

export const flag = leaf<boolean>('true or false', v => typeof v === 'boolean', { type: 'boolean' });

/** JSON has no infinities. */
export const number = leaf<number>('a number', v => Number.isFinite(v), { type: 'number' });

export const share = leaf<number>('a number from 0 to 1', v => Number.isFinite(v) && inside(v, 0, 1), {
  type: 'number',
  minimum: 0,
  maximum: 1
});

const inside = (value: unknown, low: number, high: number) =>
  (value as number) >= low && (value as number) <= high;

export const integer = leaf<number>('a whole number', v => Number.isSafeInteger(v), { type: 'integer' });

export const count = leaf<number>(
  'a whole number from 0 on',
  v => Number.isSafeInteger(v) && (v as number) >= 0,
  { type: 'integer', minimum: 0 }
);

/** Lines, columns, and how many of what there must be at least one. */
export const ordinal = leaf<number>(
  'a whole number from 1 on',
  v => Number.isSafeInteger(v) && (v as number) >= 1,
  { type: 'integer', minimum: 1 }
);

export function constant<const T extends string | number | boolean>(value: T): Shape<T> {
  return leaf(JSON.stringify(value), v => v === value, { const: value });
}

export function oneOf<const T extends string | number>(values: readonly T[]): Shape<T> {
  const known = new Set<unknown>(values);
  const expected = `one of ${values.map(v => JSON.stringify(v)).join(', ')}`;
  return leaf(expected, v => known.has(v), { enum: [...values] });
}

/** A string of a form. */
export function form(expected: string, pattern: RegExp): Shape<string> {
  const schema = { type: 'string', pattern: pattern.source };
  return leaf(expected, v => typeof v === 'string' && pattern.test(v), schema);
}

export function list<T>(item: Shape<T>, { min = 0 } = {}): Shape<T[]> {
  const expected = min > 0 ? `a list of at least ${min}` : 'a list';
  return {
    expected,
    check: (value, path) => {
      if (!Array.isArray(value) || value.length < min) {
        fail(path, expected, value);
      }
      checkItems(value, path, () => item);
    },
    schema: defs => ({ type: 'array', items: item.schema(defs), ...(min > 0 ? { minItems: min } : {}) })
  };
}

/** A list of as many items as there are shapes. */
export function tuple<T extends unknown[]>(...items: { [I in keyof T]: Shape<T[I]> }): Shape<T> {
  const shapes = items as readonly AnyShape[];
  const expected = `a list of ${shapes.length}`;
  return {
    expected,
    check: (value, path) => {
      if (!Array.isArray(value) || value.length !== shapes.length) {
        fail(path, expected, value);
      }
      checkItems(value, path, i => shapes[i] as AnyShape);
    },
    schema: defs => ({
      type: 'array',
      prefixItems: shapes.map(shape => shape.schema(defs)),
      items: false,
      minItems: shapes.length
    })
  };
}

function checkItems(value: readonly unknown[], path: Path, shapeAt: (i: number) => AnyShape): void {
  for (let i = 0; i < value.length; i++) {
    path.push(i);
    shapeAt(i).check(value[i], path);
    path.pop();
  }
}

/** An object whose property names are data. */
export function dictionary<T>(item: Shape<T>): Shape<{ [key: string]: T }> {
  return {
    expected: 'an object',
    check: (value, path) => {
      if (!isObject(value)) {
        fail(path, 'an object', value);
      }
      for (const key of Object.keys(value)) {
        path.push(key);
        item.check(value[key], path);
        path.pop();
      }
    },
    schema: defs => ({ type: 'object', additionalProperties: item.schema(defs) })
  };
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { optional: shape };
}

export function object<T extends object>(fields: Fields<T>): Shape<T> {
  const rows = Object.entries<AnyShape | { optional: AnyShape }>(fields as never).map(([key, field]) =>
    'optional' in field
      ? { key, shape: field.optional, isOptional: true }
      : { key, shape: field, isOptional: false }
  );
  const required = rows.filter(row => !row.isOptional).map(row => row.key);
  return {
    expected: 'an object',
    check: (value, path) => {
      if (!isObject(value)) {
        fail(path, 'an object', value);
      }
      for (const { key, shape, isOptional } of rows) {
        // Own properties only: what a prototype has was not in the message.
        const present = Object.hasOwn(value, key) ? value[key] : undefined;
        if (present !== undefined || !isOptional) {
          path.push(key);
          shape.check(present, path);
          path.pop();
        }
      }
    },
    schema: defs => ({
      type: 'object',
      properties: Object.fromEntries(rows.map(({ key, shape }) => [key, shape.schema(defs)])),
      ...(required.length > 0 ? { required } : {})
    })
  };
}

/** An object with exactly one of the properties, the name of which says what it is. */
export function tagged<T>(tags: Readonly<Record<string, AnyShape>>): Shape<T> {
  const expected = `an object with one of ${Object.keys(tags).join(', ')}`;
  return {
    expected,
    check: (value, path) => {
      const [tag, ...more] = isObject(value) ? Object.keys(value) : [];
      if (tag === undefined || more.length > 0 || !Object.hasOwn(tags, tag)) {
        fail(path, expected, value);
      }
      path.push(tag);
      (tags[tag] as AnyShape).check((value as Record<string, unknown>)[tag], path);
      path.pop();
    },
    schema: defs => ({
      oneOf: Object.entries(tags).map(([tag, shape]) => ({
        type: 'object',
        properties: { [tag]: shape.schema(defs) },
        required: [tag],
        additionalProperties: false
      }))
    })
  };
}

/** What fits one of several. The error is that of the one which came furthest. */
export function either<A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B>;
export function either<A, B, C>(a: Shape<A>, b: Shape<B>, c: Shape<C>): Shape<A | B | C>;
export function either(...shapes: AnyShape[]): AnyShape {
  const expected = shapes.map(shape => shape.expected).join(' or ');
  return {
    expected,
    check: (value, path) => {
      const depth = path.length;
      let [furthest, best]: [number, ValidationError | undefined] = [depth, undefined];
      for (const shape of shapes) {
        try {
          shape.check(value, path);
          return;
        } catch (error) {
          if (!(error instanceof ValidationError)) {
            throw error;
          }
          [furthest, best] = path.length > furthest ? [path.length, error] : [furthest, best];
          path.length = depth;
        }
      }
      throw best ?? new ValidationError(path, expected, value);
    },
    schema: defs => ({ anyOf: shapes.map(shape => shape.schema(defs)) })
  };
}

export const nothing = leaf<null>('null', v => v === null, { type: 'null' });

/** An object whose properties do not matter. */
export const empty = leaf<Record<string, never>>('an object', isObject, { type: 'object' });

/** A shape with a name of its own in the schema, that of its TypeScript type. Made when first asked for: it may contain
 * itself. */
export function named<T>(name: string, make: () => Shape<T>, maxDepth = Infinity): Shape<T> {
  let made: Shape<T> | undefined;
  const shape = () => (made ??= make());
  return {
    expected: `a ${name}`,
    check: (value, path) => {
      // Nested lists of a few bytes each would overflow the stack.
      if (path.length > maxDepth) {
        fail(path, `no more than ${maxDepth} levels`, value);
      }
      shape().check(value, path);
    },
    schema: defs => {
      if (!defs.has(name)) {
        defs.set(name, {});
        defs.set(name, shape().schema(defs));
      }
      return { $ref: `#/$defs/${name}` };
    }
  };
}

/** A shape whose parts must also agree with each other; JSON Schema cannot say so. */
export function agreeing<T>(shape: Shape<T>, agree: (value: T, path: Path) => void): Shape<T> {
  return {
    ...shape,
    check: (value, path) => {
      shape.check(value, path);
      agree(value as T, path);
    }
  } as Shape<T>;
}
