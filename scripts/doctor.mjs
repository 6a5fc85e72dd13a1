// `npm run doctor`: says what this machine has, what it lacks, and how to get it. Changes nothing.
import './lib/requireNode.mjs';

import('./lib/main.mjs').then(main => main.run('doctor'));
