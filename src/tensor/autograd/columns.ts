// Gradients of unfolding into columns and of folding: each is the other.

import { columns, overlapAdd } from '../ops/columns';
import { at } from '../ops/views';
import { defineGradient } from './record';

defineGradient(columns, (dy, [x, g]) => [overlapAdd(dy, [at(x.shape, 2), at(x.shape, 3)], g)]);
defineGradient(overlapAdd, (dy, [, , g]) => [columns(dy, g)]);
