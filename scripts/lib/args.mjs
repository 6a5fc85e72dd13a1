// The few command-line options the scripts have.
import { Failure } from './say.mjs';

/**
 * @param {string[]} args
 * @param {Record<string, 'flag' | 'value'>} known options by name, without dashes
 * @param {string} usage shown where an option is not known
 */
export function parse(args, known, usage) {
  const options = {};
  const rest = [];
  for (let i = 0; i < args.length; i++) {
    const [, name, , inline] = /^--([a-z-]+)(=(.*))?$/.exec(args[i]) ?? [];
    if (name === undefined) rest.push(args[i]);
    else if (known[name] === 'flag') options[name] = true;
    else if (known[name] === 'value') options[name] = inline ?? args[++i];
    else throw new Failure(`\`${args[i]}\` is not an option here.`, `Usage:  ${usage}`);
  }
  return { options, rest };
}
