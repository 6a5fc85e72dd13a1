// `torch.optim`.

export { Adam, AdamW, type AdamOptions } from './adam';
export { Optimizer, type OptimizerStateDict, type ParameterState, type ParamGroup } from './optimizer';
export { SGD, type SGDOptions } from './sgd';
