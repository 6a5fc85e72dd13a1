// torch.fx: graphs of what a model does.

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
export { isProxy, nodeOf } from './proxy';
export { ShapeProp, valueOf, type TensorMeta, type ValueMeta } from './shapeProp';
export { symbolicTrace, traceWith } from './symbolicTrace';
export { Tracer, type Scope, type TraceOptions } from './tracer';
