// State dicts as safetensors files, both ways.

export { parseStateDict } from './parse';
export { saveStateDict } from './save';
