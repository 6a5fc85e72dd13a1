// Which kernel the panel talks to, and what it says of the others.

import { beforeEach, describe, expect, test } from 'vitest';
import { KernelLink, type LinkState } from '../../../src/lab/connection/kernelLink';
import { FakeComm, FakeConnection, goodAnswers, settle } from '../fakeKernel';

let states: LinkState[];
let link: KernelLink;
beforeEach(() => {
  states = [];
  link = new KernelLink({ onState: state => void states.push(state), onEvent: () => undefined });
});

const reject = (promise: Promise<unknown> | undefined) =>
  promise?.then(
    () => 'answered',
    (error: Error) => error.message
  );

describe('finding the kernel', () => {
  test('no kernel, a Python kernel, one without the library', async () => {
    await link.attach(null);
    await link.attach(new FakeConnection('python').asKernel());
    await link.attach(new FakeConnection().asKernel());
    expect(states).toEqual(['no-kernel', 'wrong-kernel', 'not-imported']);
    expect(link.rpc).toBeNull();
  });

  test('a kernel whose information never comes counts as one of no known language', async () => {
    const connection = new FakeConnection();
    Object.assign(connection, { info: Promise.reject(new Error('gone')) });
    await link.attach(connection.asKernel());
    expect(states).toEqual(['wrong-kernel']);
  });

  test('the comm is taken when a cell imports the library', async () => {
    const connection = new FakeConnection();
    await link.attach(connection.asKernel());
    const comm = connection.opens(new FakeComm(goodAnswers()));
    expect(states.at(-1)).toBe('connected');
    expect(await link.rpc?.request('models.list', {}).result).toMatchObject({ models: [{ name: 'net' }] });
    expect(comm.methods()).toEqual(['models.list']);
  });

  test('after a page reload the comm that is open is used', async () => {
    const connection = new FakeConnection();
    const comm = new FakeComm(goodAnswers());
    connection.open.set('old', new FakeComm({})).set('new', comm);
    await link.attach(connection.asKernel());
    expect(states).toEqual(['not-imported', 'connected']);
    await link.rpc?.request('hello', { protocol: 1 }).result;
    expect(comm.methods()).toEqual(['hello']);
  });

  test('a kernel chosen while another is being looked at wins', async () => {
    const [first, second] = [new FakeConnection('python'), new FakeConnection()];
    const slow = link.attach(first.asKernel());
    await Promise.all([slow, link.attach(second.asKernel())]);
    expect(states).toEqual(['not-imported']);
    expect(first.targets.size).toBe(0);
  });
});

describe('losing the kernel', () => {
  let connection: FakeConnection;
  let silent: FakeComm;
  beforeEach(async () => {
    connection = new FakeConnection();
    await link.attach(connection.asKernel());
    silent = connection.opens(new FakeComm({}));
  });

  test('a restart ends what waits for an answer, and the next import connects again', async () => {
    const waiting = reject(link.rpc?.request('models.list', {}).result);
    link.kernelRestarted();
    expect(await waiting).toBe('the kernel was restarted');
    expect([states.at(-1), link.rpc]).toEqual(['not-imported', null]);
    connection.opens(new FakeComm(goodAnswers()));
    expect(states.at(-1)).toBe('connected');
    expect(await link.rpc?.request('models.list', {}).result).toMatchObject({ models: [{ name: 'net' }] });
  });

  test('messages of a comm before the restart are not heard any more', async () => {
    const heard: string[] = [];
    link = new KernelLink({ onState: () => undefined, onEvent: event => void heard.push(event) });
    await link.attach(connection.asKernel());
    const before = connection.opens(new FakeComm({}));
    before.emit('log', { level: 'info', text: 'x' });
    link.kernelRestarted();
    before.emit('log', { level: 'info', text: 'late' });
    expect(heard).toEqual(['log']);
  });

  test('death, closing and another kernel each say so', async () => {
    const first = reject(link.rpc?.request('models.list', {}).result);
    link.kernelDied();
    expect([await first, states.at(-1)]).toEqual(['the kernel died', 'dead']);

    const again = connection.opens(new FakeComm({}));
    const second = reject(link.rpc?.request('models.list', {}).result);
    again.onClose({});
    expect([await second, states.at(-1)]).toEqual(['the kernel was restarted', 'not-imported']);
    silent.onClose({});
    expect(states.filter(s => s === 'not-imported')).toHaveLength(2);

    connection.opens(new FakeComm({}));
    const third = reject(link.rpc?.request('models.list', {}).result);
    await link.attach(null);
    expect(await third).toBe('the kernel was changed');
    expect(connection.targets.size).toBe(0);
  });

  test('after the notebook is closed nothing is told', async () => {
    const waiting = reject(link.rpc?.request('models.list', {}).result);
    link.dispose();
    expect(await waiting).toBe('the notebook was closed');
    const before = states.length;
    await settle();
    expect(states).toHaveLength(before);
    expect(connection.targets.size).toBe(0);
  });
});
