// Node names: torch.fx's `_Namespace`. Names are unique per graph, never reused after an erase, and made so
// that Python could use them as variables, since graphs are compared with PyTorch's by name.

/** Python's keywords and builtins, and the names torch.fx's generated code needs. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield ' +
    'abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright ' +
    'credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash ' +
    'help hex id input int isinstance issubclass iter len license list locals map max memoryview min next object oct open ' +
    'ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type ' +
    'vars zip Ellipsis NotImplemented ' +
    'inf nan NoneType torch device fx_pytree pytree'
  ).split(' ')
);

export class Namespace {
  private readonly used = new Set<string>();
  private readonly baseCount = new Map<string, number>();

  /** A free name for `candidate`, spec 1.2. */
  createName(candidate: string): string {
    let name = makeIdentifier(candidate);
    const match = /^([A-Za-z_]\w*?)(?:_(\d+))?$/.exec(name);
    const base = match?.[1] ?? name;
    let number = match?.[2] === undefined ? NaN : Number(match[2]);
    if (Number.isNaN(number) || this.used.has(name)) {
      number = this.baseCount.get(base) ?? 0;
      if (RESERVED.has(name)) {
        number += 1;
        name = `${base}_${number}`;
      }
    }
    while (this.used.has(name)) {
      number += 1;
      name = `${base}_${number}`;
    }
    this.used.add(name);
    this.baseCount.set(base, number);
    return name;
  }

  /** True where `name` was given out, also if its node was erased since. */
  has(name: string): boolean {
    return this.used.has(name);
  }
}

/** `layer1.0.convBN` → `layer1.0.conv_bn`: what torch.fx proposes for a target (`_snake_case`, dunders bare). */
export function candidateFor(target: string): string {
  const bare = /^__(\w+)__$/.exec(target)?.[1] ?? target;
  return bare.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

function makeIdentifier(candidate: string): string {
  const cleaned = candidate.replace(/[^0-9a-zA-Z_]+/g, '_');
  if (cleaned === '') {
    return '_unnamed';
  }
  return /^\d/.test(cleaned) ? `_${cleaned}` : cleaned;
}
