import { LabIcon } from '@jupyterlab/ui-components';

/** Three jobs in a queue, the first one running. */
export const diracIcon = new LabIcon({
  name: 'diraclab:jobs',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M3 3.5v6l5-3z"/><path d="M11 5h10v3H11z"/>
    <path d="M3 11.5h18v1.8H3z"/><path d="M3 16h18v1.8H3z"/><path d="M3 20.2h12V22H3z"/>
  </g>
</svg>`,
});
