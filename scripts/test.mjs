// `npm test`: every suite, then one line `N passed, M failed`.
import './lib/requireNode.mjs';

import('./lib/main.mjs').then(main => main.run('test'));
