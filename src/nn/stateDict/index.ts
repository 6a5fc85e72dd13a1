// State dicts of modules.

export { StateDict, type StateValue } from './dict';
export { acceptBias, acceptWeight, constantField, packedField, tensorField, type StateField } from './fields';
export { loadFields, StateDictError, type IncompatibleKeys, type KeyedField } from './load';
