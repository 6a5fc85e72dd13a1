// The panel's icon in the sidebar: three nodes of a graph, the middle one filled.

import { LabIcon } from '@jupyterlab/ui-components';

const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="none" stroke="#616161" stroke-width="1.4">
    <rect x="4.5" y="1.5" width="7" height="3" rx="1"/><rect x="4.5" y="11.5" width="7" height="3" rx="1"/><path d="M8 4.500v2M8 9.500v2"/>
  </g>
  <rect class="jp-icon3 jp-icon-selectable" x="2.5" y="6.500" width="11" height="3" rx="1" fill="#616161"/>
</svg>`;

export const fxquantIcon = new LabIcon({ name: 'fxquant:graph', svgstr });
