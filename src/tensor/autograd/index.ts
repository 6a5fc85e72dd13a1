// Automatic differentiation. Importing this fills the table of gradient rules, one file per operator family.

import './columns';
import './convolution';
import './elementwise';
import './indexing';
import './inPlace';
import './linear';
import './norm';
import './pointwise';
import './pool';
import './quantization';
import './reduce';
import './resample';
import './shape';

import { setResultCheck } from '../function';
import { markUnrecorded } from './record';
setResultCheck(markUnrecorded);

export {
  differentiableOperators,
  enableGrad,
  gradientRules,
  isGradEnabled,
  noGrad,
  type GradNode
} from './record';
