// Whether a value is what its type says: for everything that comes from another process or a file.

export { isObject, ValidationError } from './shape';
export { validateGraphDocument } from './graphDocument';
export {
  BACKENDS,
  emptyRecipe,
  salvageRecipe,
  validateRecipe,
  validateRecipeBook,
  type SalvagedRecipe
} from './recipe';
export {
  salvageError,
  validateError,
  validateEvent,
  validateParams,
  validateRequest,
  validateResult
} from './messages';
