// `torch.ops.quantized.*`: what lowered graphs call, one file per family.

import './quantized/activation';
import './quantized/arithmetic';
import './quantized/norm';
import './quantized/weighted';
