// `node scripts/setup.mjs`: installs and builds what `npm start` and `npm test` need, and nothing else.
import './lib/requireNode.mjs';

import('./lib/main.mjs').then(main => main.run('setup'));
