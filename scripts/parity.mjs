// `npm run parity -- DIR [--json] [NAME…]`: replays golden cases of PyTorch and compares.
import './lib/requireNode.mjs';

import('./lib/main.mjs').then(main => main.run('parity'));
