// Small modules, half of them traceable, each with the obstacles a reader would name: kind, and the code it stands at.

import { control } from './control';
import { modules } from './modules';
import { traceable } from './traceable';
import { values } from './values';

export type { Specimen } from './host';
export const corpus = [...traceable, ...modules, ...control, ...values];
