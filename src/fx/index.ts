// torch.fx: graphs of what a model does.

export { callFunction, callMethod } from './calls';
export { TraceError, type TraceErrorDetails, type TraceErrorKind } from './error';
export { Graph } from './graph';
export { GraphModule } from './graphModule';
export { Interpreter, InterpreterError } from './interpreter';
export { GraphLintError, lint } from './lint';
export {
  mapArgument,
  Node,
  type Argument,
  type ArgumentRecord,
  type NodeMeta,
  type Opcode,
  type Target
} from './node';
export { parameterNames } from './parameters';
export { isProxy, nodeOf } from './proxy';
export { ShapeProp, valueOf, type MemoryFormat, type TensorMeta, type ValueMeta } from './shapeProp';
export { completeInputs, PH } from './specialize';
export { SubgraphMatcher, type InternalMatch, type SubgraphMatcherOptions } from './subgraphMatcher';
export { replacePattern, type Match, type Pattern, type ReplacePatternOptions } from './subgraphRewriter';
export { symbolicTrace, traceWith } from './symbolicTrace';
export { Tracer, type Scope, type TraceOptions } from './tracer';
export { Transformer } from './transformer';
