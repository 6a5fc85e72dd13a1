// losses: every call recorded from PyTorch.

import { describeRecordedCalls } from './recordedCalls';

describeRecordedCalls('losses');
