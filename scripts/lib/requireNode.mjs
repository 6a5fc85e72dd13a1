// Stops with plain words on a Node that is too old. Imported first and on its own by every script, and written
// in syntax that old versions can parse: anything newer is loaded only after this has passed.
const needed = 20;
const major = Number(process.versions.node.split('.')[0]);
if (major < needed) {
  console.error(
    'fxquant needs Node ' +
      needed +
      ' or newer, and this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\n' +
      'Install a newer Node, open a new terminal, and run the same command again.'
  );
  process.exit(1);
}
