// Small modules, half of them traceable, each with the obstacles a reader would name: kind, and the code it stands at.

import { control } from './control';
import { modules } from './modules';
import { syntax } from './syntax';
import { traceable } from './traceable';
import { values } from './values';

export type { Specimen } from './host';
export const corpus = [...traceable, ...syntax, ...modules, ...control, ...values];
