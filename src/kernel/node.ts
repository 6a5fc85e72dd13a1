// Node's own modules, reached so that a bundler for browsers does not follow: this library's entry is safe there.

interface NodeProcess {
  getBuiltinModule?(id: string): unknown;
  mainModule?: { require(id: string): unknown };
}

/** A builtin module of Node, or undefined outside Node. */
export function nodeModule<T>(id: string): T | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  try {
    return (process?.getBuiltinModule?.(id) ?? process?.mainModule?.require(id)) as T | undefined;
  } catch {
    return undefined;
  }
}
