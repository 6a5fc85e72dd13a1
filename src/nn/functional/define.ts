// How functions of `torch.nn.functional` are put in the table: PyTorch's own Python ones and builtins.

import { defineFunction, type TorchFunction } from '../../tensor/function';
import { params, type ParameterEntry } from '../../tensor/functions/parameters';

const target = (name: string): string => `torch.nn.functional.${name}`;

/** A function PyTorch writes in Python: `positional` arguments stay positional. */
export function python<F extends (...args: never[]) => unknown>(
  name: string,
  positional: number,
  entries: ParameterEntry[],
  forward: (...values: never[]) => unknown
): F & TorchFunction {
  return defineFunction<F>({
    target: target(name),
    parameters: params(...entries),
    record: positional,
    forward
  });
}

/** A function PyTorch has in C++; `home` where its own name is another one (`F.prelu` is `torch.prelu`). */
export function builtin<F extends (...args: never[]) => unknown>(
  name: string,
  entries: ParameterEntry[],
  forward: (...values: never[]) => unknown,
  home = 'torch.nn.functional'
): F & TorchFunction {
  return defineFunction<F>({
    target: `${home}.${name}`,
    ...(home === 'torch' ? { aliases: [target(name)] } : {}),
    parameters: params(...entries),
    record: 'asWritten',
    forward
  });
}
