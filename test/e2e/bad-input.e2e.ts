// What must not break the panel or the kernel: damaged files, the wrong kernel, messages nobody would send.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from './poll';
import { blocksCell, imports } from './cells';
import { Lab } from './lab';
import { Panel } from './panel';

describe('bad input', () => {
  let lab: Lab;
  let panel: Panel;
  beforeAll(async () => {
    lab = await Lab.start('bad-input');
    panel = new Panel(lab.page);
  });
  afterAll(() => lab.stop());

  describe('damaged safetensors files', () => {
    const load = (file: string) => `parseSafetensors(readFileSync('data/${file}')).size`;
    const damaged: Record<string, { damage: (bytes: Buffer) => Buffer; says: string }> = {
      'truncated.safetensors': {
        damage: bytes => bytes.subarray(0, bytes.length - 1000),
        says: 'it is truncated'
      },
      'header.safetensors': { damage: bytes => bytes.subarray(0, 40), says: 'the header claims' },
      'length.safetensors': {
        damage: bytes => Buffer.concat([Buffer.alloc(8, 0xff), bytes.subarray(8)]),
        says: 'the header claims'
      },
      'text.safetensors': {
        damage: () => Buffer.from('<!doctype html><title>Not found</title>'),
        says: 'another format'
      },
      'empty.safetensors': { damage: () => Buffer.alloc(0), says: 'the file has 0 bytes' }
    };

    test('are named in one readable error each, and the kernel goes on', async () => {
      lab.watch();
      const data = join(lab.server.rootDir, 'notebooks', 'data');
      const intact = readFileSync(join(data, 'digits_cnn.safetensors'));
      for (const [file, { damage }] of Object.entries(damaged))
        writeFileSync(join(data, file), damage(intact));
      const files = Object.keys(damaged);
      const notebook = await lab.openCells('notebooks/damaged.ipynb', [
        `import { readFileSync } from 'fs';\nimport { parseSafetensors } from 'fxquant';`,
        ...files.map(load),
        load('digits_cnn.safetensors')
      ]);
      await notebook.run(0);
      for (const [i, file] of files.entries()) {
        const said = await notebook.run(i + 1);
        expect(said).toContain('SafetensorsError: safetensors: ');
        expect(said).toContain(damaged[file]?.says);
      }
      expect(await notebook.run(files.length + 1)).toBe('18');
      await lab.screenshot('damaged');
    });
  });

  test('a notebook with a Python kernel gets an explanation and a way to change it', async () => {
    lab.watch();
    await lab.openCells('notebooks/python.ipynb', ['print(1)'], 'python3');
    await panel.open();
    await poll(() => panel.root.innerText()).toMatch(/Python/);
    await panel
      .button(/kernel/i)
      .first()
      .waitFor();
    await lab.screenshot('python');
  });

  describe('malformed messages on the comm', () => {
    const malformed = [
      null,
      'text',
      42,
      [],
      {},
      { jsonrpc: '1.0', id: 9001, method: 'hello', params: { protocol: 1 } },
      { jsonrpc: '2.0', id: 9002, method: 'no.such.method', params: {} },
      { jsonrpc: '2.0', id: 9003, method: '__proto__', params: {} },
      { jsonrpc: '2.0', id: 9004, method: 'model.trace', params: { recipe: { model: 7 } } },
      { jsonrpc: '2.0', id: 9005, method: 'model.graph', params: { model: 'constructor', stage: 'float' } }
    ];

    test('are answered with errors, and the panel and the kernel go on', async () => {
      lab.watch();
      const notebook = await lab.openCells('notebooks/comm.ipynb', [imports, blocksCell, '1 + 1']);
      await panel.open();
      await notebook.run(0);
      await notebook.run(1);
      await panel.shows('Blocks');
      await lab.page.evaluate(sendOverComm, malformed);
      await poll(() => lab.page.evaluate(received)).toHaveLength(malformed.length);
      const answers = await lab.page.evaluate(received);
      for (const answer of answers) expect(answer).toHaveProperty('error.code');
      expect(answers.find(answer => answer.id === 9002)).toMatchObject({ error: { code: -32601 } });
      expect(answers.find(answer => answer.id === 9004)).toMatchObject({ error: { code: -32602 } });
      expect(await notebook.run(2)).toBe('2');
      await panel.node('first_gate_scale').waitFor();
    });
  });
});

interface Answer {
  id?: number | null;
}
interface ShellMessage {
  header: {
    msg_id: string;
    msg_type: string;
    session: string;
    username: string;
    date: string;
    version: string;
  };
  channel: 'shell';
  parent_header: object;
  metadata: object;
  content: { comm_id: string; data: unknown };
  buffers: [];
}
interface Kernel {
  clientId: string;
  requestCommInfo(content: { target_name: string }): Promise<{ content: { comms: Record<string, unknown> } }>;
  sendShellMessage(message: ShellMessage): unknown;
  iopubMessage: { connect(slot: (sender: unknown, message: IopubMessage) => void): void };
}
interface IopubMessage {
  header: { msg_type: string };
  content: { data?: Answer };
}
interface TestWindow {
  jupyterapp: { shell: { currentWidget: { sessionContext: { session: { kernel: Kernel } } } } };
  answers: Answer[];
}

/** In the page: sends each message on the comm the panel has open, and collects in `answers` what comes back. */
async function sendOverComm(messages: unknown[]): Promise<void> {
  const page = window as unknown as TestWindow;
  const { kernel } = page.jupyterapp.shell.currentWidget.sessionContext.session;
  const { content } = await kernel.requestCommInfo({ target_name: 'fxquant' });
  const [commId] = Object.keys(content.comms);
  if (commId === undefined) throw new Error('The kernel has no open comm.');
  page.answers = [];
  kernel.iopubMessage.connect((_, message) => {
    if (message.header.msg_type === 'comm_msg' && message.content.data)
      page.answers.push(message.content.data);
  });
  for (const [i, data] of messages.entries()) {
    kernel.sendShellMessage({
      header: {
        msg_id: `malformed-${i}`,
        msg_type: 'comm_msg',
        session: kernel.clientId,
        username: '',
        date: new Date().toISOString(),
        version: '5.2'
      },
      channel: 'shell',
      parent_header: {},
      metadata: {},
      content: { comm_id: commId, data },
      buffers: []
    });
  }
}

/** In the page: the answers so far. The panel's own have small numbers, events none. */
const received = () =>
  (window as unknown as TestWindow).answers.filter(({ id }) => id === null || (id ?? 0) > 9000);
