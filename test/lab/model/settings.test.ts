// Settings: the schema JupyterLab shows, what the panel makes of them, and the commands both name.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { BACKENDS } from '../../../src/protocol';
import { defaultSettings, readSettings } from '../../../src/lab/model/settings';

const root = join(__dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface SettingsSchema {
  properties: Record<
    string,
    { default: unknown; title: string; description: string; oneOf?: { const: string }[] }
  >;
  'jupyter.lab.shortcuts': { command: string; keys: string[] }[];
  'jupyter.lab.menus': { main: { items: { command?: string }[] }[] };
}
const schema = JSON.parse(read('schema/plugins/panel.json')) as SettingsSchema;
const plugin = read('src/lab/index.ts');

describe('schema/plugins/panel.json', () => {
  test('is where package.json says, under the name of the plugin that loads it', () => {
    const { name, jupyterlab, files } = JSON.parse(read('package.json')) as {
      name: string;
      jupyterlab: { schemaDir: string };
      files: string[];
    };
    expect(jupyterlab.schemaDir).toBe('schema/plugins');
    expect(plugin).toContain(`'${name}:panel'`);
    expect(files).toContain('schema/**/*.json');
  });

  test('has the settings there are, with their defaults', () => {
    const defaults = Object.fromEntries(
      Object.entries(schema.properties).map(([key, row]) => [key, row.default])
    );
    expect(defaults).toEqual(defaultSettings);
    expect(readSettings(defaults)).toEqual(defaultSettings);
    expect(schema.properties.backend?.oneOf?.map(o => o.const)).toEqual([...BACKENDS]);
    for (const row of Object.values(schema.properties)) expect(row.title && row.description).toBeTruthy();
    const fits = new Ajv({ strict: false }).compile(schema);
    expect(fits(defaults)).toBe(true);
    expect(fits({ batchSize: 0 })).toBe(false);
  });

  test('names commands that exist', () => {
    const items = schema['jupyter.lab.menus'].main.flatMap(menu => menu.items);
    const commands = [...schema['jupyter.lab.shortcuts'], ...items].flatMap(item => item.command ?? []);
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(plugin).toContain(`'${command}'`);
  });
});

describe('readSettings', () => {
  test('takes what can be used', () => {
    expect(
      readSettings({ backend: 'qnnpack', batchSize: 8, openNodes: 10, followActiveCell: false })
    ).toEqual({
      backend: 'qnnpack',
      batchSize: 8,
      openNodes: 10,
      followActiveCell: false
    });
  });

  test.each([
    [null],
    ['text'],
    [[]],
    [{ backend: 'cuda', batchSize: 0, openNodes: 1.5, followActiveCell: 'no' }]
  ])('of %j makes the defaults', value => expect(readSettings(value)).toEqual(defaultSettings));
});
