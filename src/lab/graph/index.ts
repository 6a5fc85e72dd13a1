// The graph view: a `GraphDocument` drawn with d3, without JupyterLab and without React.

export * from './types';
export { createGraphView } from './view/createGraphView';
export { overlays } from './overlays';
export { defaultCollapsed } from './defaults';
export { moduleClass, modulePathFor, indexOf as indexDocument, markWord } from './documentIndex';
