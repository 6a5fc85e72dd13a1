// Files: safetensors, and models recorded from PyTorch.

export {
  readCustomConfigs,
  readQConfigMapping,
  type CustomClasses,
  type RecordedCustomConfig,
  type RecordedMapping
} from './qconfigJson';
export { parseSafetensors, SafetensorsError, writeSafetensors, type ReadOptions } from './safetensors';
export { parseStateDict, saveStateDict } from './stateDict';
export {
  functionName,
  importedClass,
  importGraph,
  ImportError,
  importModules,
  importState,
  recordedClass,
  readArgument,
  type OpaqueRegistry,
  type RecordedModule,
  type RecordedNode
} from './torchFx';
export { completeConfigs, possibleAssumptions, type Assumptions } from './incomplete';
