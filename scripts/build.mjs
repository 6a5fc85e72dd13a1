// `npm run build`: compiles core, declarations and the JupyterLab extension. Needs `npm ci`, no Python.
import './lib/requireNode.mjs';

import('./lib/main.mjs').then(main => main.run('build'));
