// What the scripts print, and the one error class whose text is meant for a person.

/** A failure with a known cause: what is wrong, and what to do about it. */
export class Failure extends Error {
  /**
   * @param {string} problem one sentence
   * @param {string} [remedy] what to do next; commands on lines of their own
   */
  constructor(problem, remedy = '') {
    super(problem);
    this.remedy = remedy;
  }
}

const plain = !process.stdout.isTTY || 'NO_COLOR' in process.env;
const style = code => text => (plain ? text : `\u001b[${code}m${text}\u001b[0m`);
export const bold = style(1);
export const dim = style(2);

export const say = text => console.log(text);

/** Announces a step: `  core            building`. */
export const step = (name, text) => say(`  ${bold(name.padEnd(14))}${text}`);

export function fail(error) {
  console.error(`\n${bold('Stopped:')} ${error.message}`);
  if (error.remedy) console.error(error.remedy.replace(/^/gm, '  '));
}

export const seconds = ms => `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
