// @vitest-environment jsdom
// What settings do to the panel.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PanelModel } from '../../../src/lab/model/panelModel';
import { defaultSettings } from '../../../src/lab/model/settings';
import { goodAnswers, modelInfo } from '../fakeKernel';
import { TestPanel } from './panel';

let panel: TestPanel;
let model: PanelModel;
beforeEach(async () => {
  panel = await TestPanel.open();
  ({ model } = panel);
});
afterEach(() => model.dispose());

const leaf = (target: string) => ({ kind: 'leaf', target }) as const;

describe('settings', () => {
  test('are where a model without choices begins', async () => {
    panel.settings = { ...defaultSettings, backend: 'qnnpack', batchSize: 8 };
    await panel.connect();
    expect(model.state.recipe).toMatchObject({ backend: 'qnnpack', batchSize: 8 });
  });

  test('changed, they reach the model shown, unless the notebook keeps choices of it', async () => {
    await panel.connect();
    panel.settings = { ...defaultSettings, backend: 'fbgemm' };
    await model.applySettings();
    expect(model.state.recipe?.backend).toBe('fbgemm');
    await model.mark(leaf('a'));
    panel.settings = { ...defaultSettings, backend: 'onednn' };
    await model.applySettings();
    expect(model.state.recipe).toMatchObject({ backend: 'fbgemm', marks: [leaf('a')] });
  });

  test('following the active cell can be turned off', async () => {
    await panel.connect(goodAnswers([modelInfo('a', { cellId: '1' }), modelInfo('b', { cellId: '2' })]));
    await model.activateCell('1');
    expect(model.state.current).toBe('a');
    panel.settings = { ...defaultSettings, followActiveCell: false };
    await model.activateCell('2');
    expect(model.state.current).toBe('a');
  });

  test('boxes start open as far as the settings say', async () => {
    panel.settings = { ...defaultSettings, openNodes: 1 };
    await panel.connect();
    const closed = model.state.collapsed.size;
    panel.settings = { ...defaultSettings, openNodes: 1000 };
    await model.selectModel('net');
    expect(closed).toBeGreaterThan(model.state.collapsed.size);
  });
});
