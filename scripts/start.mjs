// `npm start`: installs what is missing, builds, and opens JupyterLab on the quickstart notebook.
import './lib/requireNode.mjs';

import('./lib/main.mjs').then(main => main.run('start'));
