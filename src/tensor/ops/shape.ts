// Operators that move or re-read elements, whatever they are: views, joins, subscripts.

export * from './join';
export * from './matrixShape';
export * from './parts';
export * from './subscript';
export * from './views';
