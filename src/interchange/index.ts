export { parseSafetensors, SafetensorsError, writeSafetensors } from './safetensors';
