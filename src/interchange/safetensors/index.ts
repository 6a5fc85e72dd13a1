// Safetensors files, both ways.

export { SafetensorsError } from './format';
export { parseSafetensors, readSafetensors, type ReadOptions, type SafetensorsFile } from './read';
export { writeSafetensors } from './write';
