// What the pictures show.

import type { GraphDocument } from '../../../../src/protocol';
import { goldenDocument, goldenStats, someMeasures } from '../fixtures';
import type { Case } from './page';

interface Picture {
  given: () => Case;
  width: number;
  height: number;
  zoom?: number;
}

const golden = (name: string, stage: GraphDocument['stage'], more: Partial<Case> = {}): Case => {
  const document = goldenDocument(name, stage);
  const hasStats = stage === 'calibrated' || stage === 'converted';
  return {
    document,
    ...(hasStats ? { stats: [...goldenStats(name)], measures: [...someMeasures(document)] } : {}),
    overlay: hasStats ? 'error' : 'type',
    ...more
  };
};

/** Marks as a person sets them: the module becomes one node. */
function marked(document: GraphDocument): GraphDocument {
  const marks = { layer3: 'non_traceable_name', avgpool: 'custom' } as const;
  const nodes = document.nodes.filter(
    node =>
      /^(layer3_1_relu_1|add_relu_5)$/.test(node.name) ||
      !(
        node.scope.startsWith('layer3') ||
        /^obs:layer3_(?!1_relu_1)/.test(node.id) ||
        /^obs:add_[45]/.test(node.id)
      )
  );
  return {
    ...document,
    nodes: nodes.map(node => {
      if (node.name === 'layer3_1_relu_1' || node.name === 'add_relu_5')
        return {
          ...node,
          label: 'layer3',
          type: 'Sequential',
          scope: '',
          target: 'layer3',
          family: 'opaque' as const,
          covers: ['layer3'],
          mark: marks.layer3,
          quantized: false,
          inputs: [document.stage === 'converted' ? 'layer2_1_relu_1' : 'obs:layer2_1_relu_1']
        };
      if (node.name === 'avgpool') return { ...node, mark: marks.avgpool };
      return node;
    }),
    modules: document.modules
      .filter(module => !module.path.startsWith('layer3.'))
      .map(module =>
        module.path === 'avgpool' ? { ...module, becomes: 'ObservedPool → QuantPool' } : module
      )
  };
}

function stopped(): GraphDocument {
  const document = goldenDocument('digits_resnet', 'float');
  const end = document.nodes.findIndex(node => node.name === 'add_1');
  return {
    ...document,
    nodes: document.nodes.slice(0, end),
    modules: document.modules.flatMap(module =>
      module.path === 'layer1.1.relu'
        ? [{ ...module, path: 'layer1.1.gate', type: 'Gate' }, module]
        : [module]
    ),
    obstacles: [
      {
        modulePath: 'layer1.1.gate',
        className: 'Gate',
        kind: 'control_flow',
        message: 'tensors have no values yet',
        remedies: []
      }
    ]
  };
}

export const cases: { [name: string]: Picture } = {
  'cnn-calibrated': { given: () => golden('digits_cnn', 'calibrated'), width: 400, height: 560 },
  'resnet-sidebar': {
    given: () => {
      const given = golden('digits_resnet', 'calibrated', {
        collapsed: ['layer2'],
        selection: ['obs:layer1_0_bn2']
      });
      return { ...given, document: marked(given.document) };
    },
    width: 400,
    height: 560
  },
  'resnet-main': {
    given: () => {
      const given = golden('digits_resnet', 'converted', {
        collapsed: ['layer1', 'layer2.1'],
        selection: ['layer2_0_bn2'],
        showOverlayChooser: true
      });
      return { ...given, document: marked(given.document) };
    },
    width: 792,
    height: 700
  },
  'resnet-float': { given: () => golden('digits_resnet', 'float'), width: 792, height: 700 },
  'resnet-small': { given: () => golden('digits_resnet', 'calibrated'), width: 792, height: 700, zoom: 0.75 },
  'resnet-tiles': { given: () => golden('digits_resnet', 'calibrated'), width: 792, height: 700, zoom: 0.5 },
  'resnet-blocks': { given: () => golden('digits_resnet', 'calibrated'), width: 792, height: 700, zoom: 0.3 },
  'resnet-detail': { given: () => golden('digits_resnet', 'calibrated'), width: 792, height: 500, zoom: 1.8 },
  'not-traceable': {
    given: () => ({ document: stopped(), overlay: 'type', selection: ['unreached:layer1.1.gate'] }),
    width: 400,
    height: 760
  },
  residual: { given: () => golden('residual', 'prepared'), width: 500, height: 700 },
  attention: { given: () => golden('attention', 'calibrated'), width: 900, height: 900 },
  'attention-float': {
    given: () => golden('attention', 'float', { overlay: 'size' }),
    width: 900,
    height: 900
  }
};
