// One step of a graph: `torch.fx.Node`. What `name`, `target` and `args` mean depends on `op`:
//
//   placeholder    a parameter of forward; target its name, args () or (default,)
//   get_attr       a parameter or buffer; target its dotted path
//   call_function  a call of `target`, a TorchFunction
//   call_method    a call of the method named `target` on args[0]
//   call_module    a call of the module at path `target`
//   output         what forward returns: args (value,)
//
// Assigning `args` or `kwargs` keeps the users of every node right; they are never changed in place.

import { Slice, Tuple } from '../tensor/structures';
import { isPlainObject, type TorchFunction } from '../tensor/function';
import type { Graph } from './graph';

/** What a node does. */
export type Opcode = 'placeholder' | 'get_attr' | 'call_function' | 'call_method' | 'call_module' | 'output';
/** What a node calls or reads: a path, a name, or a function. */
export type Target = string | TorchFunction;

/** Values an argument can be made of: nodes, primitives, lists, tuples, slices and plain objects of them. */
export type Argument =
  | Node
  | null
  | undefined
  | boolean
  | number
  | string
  | symbol
  | readonly Argument[]
  | Slice<Argument>
  | ArgumentRecord
  | object;
/** Arguments by name. */
export interface ArgumentRecord {
  readonly [key: string]: Argument;
}

/** Facts that passes attach to nodes. Each pass declares its own keys by augmenting this interface. */
export interface NodeMeta {
  [key: string]: unknown;
}

/** Functions that check, write, or draw random numbers: `_side_effectful_functions` and the random ones. */
const IMPURE_FUNCTIONS: ReadonlySet<string> = new Set([
  'torch._assert',
  'operator.setitem',
  ...['rand', 'randn', 'randint', 'randperm', 'bernoulli', 'normal', 'rand_like', 'randn_like'].map(
    name => `torch.${name}`
  )
]);

/** One step of a graph. PyTorch: `torch.fx.Node`. */
export class Node {
  /** Nodes that read this one, in the order they began to. */
  readonly users = new Set<Node>();
  meta: NodeMeta = {};
  /** Linked by the graph; the first and last point at its root. */
  prev: Node = this;
  next: Node = this;
  erased = false;

  private currentArgs: readonly Argument[] = [];
  private currentKwargs: ArgumentRecord = {};
  private inputs: readonly Node[] = [];

  constructor(
    readonly graph: Graph,
    readonly name: string,
    readonly op: Opcode | 'root',
    /** Passes may retarget a node, as PyTorch's do. */
    public target: Target,
    args: readonly Argument[],
    kwargs: ArgumentRecord
  ) {
    this.setArguments(args, kwargs);
  }

  get args(): readonly Argument[] {
    return this.currentArgs;
  }

  set args(args: readonly Argument[]) {
    this.setArguments(args, this.currentKwargs);
  }

  get kwargs(): ArgumentRecord {
    return this.currentKwargs;
  }

  set kwargs(kwargs: ArgumentRecord) {
    this.setArguments(this.currentArgs, kwargs);
  }

  /** Nodes this one reads, each once, in argument order. */
  get allInputNodes(): readonly Node[] {
    return this.inputs;
  }

  /** Makes every reader of this node read `replacement`, or only those `choose` accepts. Returns them. */
  replaceAllUsesWith(replacement: Node, choose: (user: Node) => boolean = () => true): Node[] {
    const readers = [...this.users].filter(choose);
    for (const reader of readers) {
      reader.replaceInputWith(this, replacement);
    }
    return readers;
  }

  /** Reads `replacement` wherever `old` was read. */
  replaceInputWith(old: Node, replacement: Node): void {
    const swap = (node: Node): Argument => (node === old ? replacement : node);
    this.setArguments(
      this.args.map(arg => mapArgument(arg, swap)),
      mapArgument(this.kwargs, swap) as ArgumentRecord
    );
  }

  /** Replaces one positional argument. */
  updateArg(index: number, arg: Argument): void {
    this.args = this.args.map((old, i) => (i === index ? arg : old));
  }

  /** Puts a positional argument before the one at `index`. */
  insertArg(index: number, arg: Argument): void {
    this.args = [...this.args.slice(0, index), arg, ...this.args.slice(index)];
  }

  /** Sets one keyword argument, by PyTorch's name. */
  updateKwarg(name: string, arg: Argument): void {
    this.kwargs = { ...this.kwargs, [name]: arg };
  }

  /** True where the node does something besides computing its value, so that dead code stays. */
  isImpure(): boolean {
    if (this.op === 'placeholder' || this.op === 'output') {
      return true;
    }
    return typeof this.target !== 'string' && IMPURE_FUNCTIONS.has(this.target.target);
  }

  /** Moves `node` right before this one. */
  prepend(node: Node): void {
    this.graph.move(node, this.prev);
  }

  /** Moves `node` right after this one. */
  append(node: Node): void {
    this.graph.move(node, this);
  }

  /** Sets all arguments, and who reads whom. */
  setArguments(args: readonly Argument[], kwargs: ArgumentRecord): void {
    for (const input of this.inputs) {
      input.users.delete(this);
    }
    this.currentArgs = args;
    this.currentKwargs = kwargs;
    const inputs = new Set<Node>();
    const collect = (node: Node): Argument => {
      inputs.add(node);
      return node;
    };
    args.forEach(arg => mapArgument(arg, collect));
    mapArgument(kwargs, collect);
    this.inputs = [...inputs];
    for (const input of this.inputs) {
      input.users.add(this);
    }
  }

  /** Its name. */
  toString(): string {
    return this.name;
  }
}

/** The argument with every node in it replaced; structure and tuples are kept. PyTorch: `map_arg`. */
export function mapArgument(arg: Argument, fn: (node: Node) => Argument): Argument {
  if (arg instanceof Node) {
    return fn(arg);
  }
  if (Array.isArray(arg)) {
    const items = (arg as readonly Argument[]).map(item => mapArgument(item, fn));
    return arg instanceof Tuple ? Tuple.from(items) : items;
  }
  if (arg instanceof Slice) {
    const { start, stop, step } = arg as Slice<Argument>;
    return new Slice(mapArgument(start, fn), mapArgument(stop, fn), mapArgument(step, fn));
  }
  if (isPlainObject(arg)) {
    return Object.fromEntries(
      Object.entries(arg).map(([key, value]) => [key, mapArgument(value as Argument, fn)])
    );
  }
  return arg;
}

/** `torch.nn.functional.relu` → `relu`; a string target is itself. */
export function targetName(target: Target): string {
  const name = typeof target === 'string' ? target : target.target;
  return typeof target === 'string' ? name : name.slice(name.lastIndexOf('.') + 1);
}
