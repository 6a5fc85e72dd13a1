// `npm run bench -- [NAME…] [--json]`: benchmarks, as ratios.
import './lib/requireNode.mjs';

import('./lib/main.mjs').then(main => main.run('bench'));
