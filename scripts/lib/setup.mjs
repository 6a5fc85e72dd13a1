// Everything `npm start` and `npm test` need, in order. Safe to run again at any time: the second run takes seconds.
import { buildExtension, compileCore, compileEsm } from './compile.mjs';
import {
  installKernelspec,
  installNodePackages,
  installSettings,
  installVenv,
  linkExtension,
  linkPackage
} from './install.mjs';

export async function setup() {
  await installNodePackages();
  await installVenv();
  installKernelspec();
  installSettings();
  linkPackage();
  await build();
  linkExtension();
}

export async function build() {
  await compileCore();
  await compileEsm();
  await buildExtension();
}
