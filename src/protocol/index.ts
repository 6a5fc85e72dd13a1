export * from './graphDocument';
export * from './messages';
export * from './recipe';
export * from './stats';
export * from './validate';
