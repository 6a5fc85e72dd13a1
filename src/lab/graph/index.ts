// The graph view: a `GraphDocument` drawn with d3, without JupyterLab and without React.

export * from './types';
