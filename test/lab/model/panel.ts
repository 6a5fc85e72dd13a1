// Test helper: a panel on a notebook that is an object, and on a kernel that answers as a test says.

import { PanelModel } from '../../../src/lab/model/panelModel';
import { defaultSettings, type PanelSettings } from '../../../src/lab/model/settings';
import { FakeComm, FakeConnection, goodAnswers, settle, type Answers } from '../fakeKernel';

const trans = {
  __: (text: string, ...args: (string | number)[]) =>
    text.replace(/%(\d)/g, (_, i) => String(args[Number(i) - 1]))
};

export class TestPanel {
  metadata: unknown;
  settings: PanelSettings = defaultSettings;
  readonly inserted: string[] = [];
  readonly connection = new FakeConnection();
  readonly model = new PanelModel(
    {
      metadata: {
        getMetadata: () => this.metadata,
        setMetadata: (_, value) => void (this.metadata = value)
      },
      insertCode: code => void this.inserted.push(code)
    },
    trans,
    () => this.settings
  );

  static async open(): Promise<TestPanel> {
    const panel = new TestPanel();
    await panel.model.attachKernel(panel.connection.asKernel());
    return panel;
  }

  /** A cell imports the library in a kernel with these answers. */
  async connect(answers: Answers = goodAnswers()): Promise<FakeComm> {
    const comm = this.connection.opens(new FakeComm(answers));
    await settle();
    return comm;
  }
}
