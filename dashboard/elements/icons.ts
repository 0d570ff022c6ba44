/** Icons as inline SVG, 16 px, drawn with the text's colour. All of them stand beside words or a label. */
import { html, svg, type TemplateResult } from "lit";

export function icon(shape: TemplateResult, size = 16): TemplateResult {
  return html`<svg width=${size} height=${size} viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shape}</svg>`;
}

export const icons = {
  mark: html`<svg width="22" height="22" viewBox="0 0 22 22" fill="none" aria-hidden="true"><rect x="1" y="1" width="20"
    height="20" rx="5" fill="var(--accent)"/><path d="M4 12h3.2l2-5.4 3.2 9 2.1-5.2.8 1.6H18" stroke="var(--on-accent)"
    stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
  devices: icon(
    svg`<rect x="2" y="2" width="5" height="5" rx="1.25"/><rect x="9" y="2" width="5" height="5" rx="1.25"/><rect x="2" y="9" width="5" height="5" rx="1.25"/><rect x="9" y="9" width="5" height="5" rx="1.25"/>`,
  ),
  market: icon(
    svg`<path d="M4.5 1.75v2M4.5 11.25v3M11.5 2.25v2.5M11.5 9.75v2.5"/><rect x="2.75" y="3.75" width="3.5" height="7.5" rx=".75"/><rect x="9.75" y="4.75" width="3.5" height="5" rx=".75" fill="currentColor"/>`,
  ),
  explore: icon(svg`<path d="M2 2v11a1 1 0 0 0 1 1h11"/><path d="m4.75 10.5 2.5-4 2.5 2 3.5-5"/>`),
  hub: icon(
    svg`<rect x="2" y="2.5" width="12" height="4.5" rx="1.25"/><rect x="2" y="9" width="12" height="4.5" rx="1.25"/><path d="M4.75 4.75h.01M4.75 11.25h.01M8 4.75h3.25M8 11.25h3.25"/>`,
  ),
  storage: icon(
    svg`<ellipse cx="8" cy="3.75" rx="5.5" ry="2"/><path d="M2.5 3.75v8.5c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2v-8.5M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2"/>`,
  ),
  settings: icon(
    svg`<path d="M2 4.5h6.5M12.5 4.5H14M2 11.5h1.5M7.5 11.5H14"/><circle cx="10.5" cy="4.5" r="1.9"/><circle cx="5.5" cy="11.5" r="1.9"/>`,
  ),
  access: icon(svg`<circle cx="5.25" cy="8" r="2.75"/><path d="M8 8h6v2.25M11.25 8v1.75"/>`),
  person: icon(svg`<circle cx="8" cy="5.25" r="2.75"/><path d="M2.75 13.75c.6-2.7 2.6-4 5.25-4s4.65 1.3 5.25 4"/>`),
  search: icon(svg`<circle cx="7" cy="7" r="4.25"/><path d="m10.25 10.25 3.25 3.25"/>`),
  minus: icon(svg`<path d="M3 8h10"/>`),
  more: icon(svg`<path d="M3.25 8h.01M8 8h.01M12.75 8h.01" stroke-width="2.25"/>`),
  edit: icon(svg`<path d="M3 13l.6-2.8 7.2-7.2a1.4 1.4 0 0 1 2 2l-7.2 7.2L3 13ZM9.5 4.5l2 2"/>`),
  hide: icon(svg`<path d="M2 8c1.6-2.6 3.6-4 6-4s4.4 1.4 6 4c-1.6 2.6-3.6 4-6 4S3.6 10.6 2 8ZM2.5 13.5l11-11"/>`),
  remove: icon(svg`<path d="M2.75 4.5h10.5M6.5 4.5v-2h3v2M4.25 4.5l.6 9h6.3l.6-9M6.75 7v4M9.25 7v4"/>`),
  overlay: icon(svg`<path d="M2 11c3 0 3-6 6-6s3 6 6 6M2 6c3 0 3 4 6 4s3-4 6-4"/>`),
  question: icon(
    svg`<circle cx="8" cy="8" r="6"/><path d="M6.25 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.85.6-.85 1.25M8 11.25h.01"/>`,
  ),
  plus: icon(svg`<path d="M8 3v10M3 8h10"/>`),
  close: icon(svg`<path d="m3.5 3.5 9 9M12.5 3.5l-9 9"/>`),
  back: icon(svg`<path d="M9.5 3.5 5 8l4.5 4.5"/>`),
  forward: icon(svg`<path d="M6.5 3.5 11 8l-4.5 4.5"/>`),
  sun: icon(
    svg`<circle cx="8" cy="8" r="2.75"/><path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9"/>`,
  ),
  moon: icon(svg`<path d="M13 9.6A5.5 5.5 0 0 1 6.4 3 5.5 5.5 0 1 0 13 9.6Z"/>`),
  system: icon(svg`<rect x="2" y="2.75" width="12" height="8" rx="1.25"/><path d="M6 13.5h4M8 10.75v2.75"/>`),
  rows: icon(svg`<path d="M2 4h12M2 8h12M2 12h12"/>`),
  table: icon(svg`<rect x="2" y="3" width="12" height="10" rx="1.25"/><path d="M2 6.5h12M2 9.75h12M6.5 6.5V13"/>`),
  chart: icon(svg`<path d="M2 12.5 5.5 7l3 3L13.5 3.5"/>`),
  copy: icon(
    svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.25"/><path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2"/>`,
  ),
  undo: icon(svg`<path d="M5.5 2.5 2.5 5.5l3 3"/><path d="M2.5 5.5h7a4 4 0 0 1 0 8H6"/>`),
  redo: icon(svg`<path d="m10.5 2.5 3 3-3 3"/><path d="M13.5 5.5h-7a4 4 0 0 0 0 8H10"/>`),
  download: icon(svg`<path d="M8 2v8M4.75 7 8 10.25 11.25 7M2.5 13.5h11"/>`),
  live: icon(svg`<path d="M3 3.5 8 8l-5 4.5zM9 3.5 14 8l-5 4.5z" fill="currentColor"/>`),
  check: icon(svg`<path d="m3 8.5 3.25 3.25L13 4.75"/>`),
  command: icon(svg`<path d="m3 4 4 4-4 4M8.5 12.5H13"/>`),
  language: icon(
    svg`<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c2 1.8 2.6 3.8 2.6 6S10 12.2 8 14c-2-1.8-2.6-3.8-2.6-6S6 3.8 8 2Z"/>`,
  ),
  clock: icon(svg`<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.75"/>`),
  fullScreen: icon(svg`<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"/>`),
  keyboard: icon(
    svg`<rect x="1.5" y="4" width="13" height="8" rx="1.25"/><path d="M4.25 6.75h.01M6.75 6.75h.01M9.25 6.75h.01M11.75 6.75h.01M5 9.5h6"/>`,
  ),
  cut: icon(
    svg`<path d="M2 2l12 12M5 5.6A6.5 6.5 0 0 0 2.2 7.3M8 4.5c2.2 0 4.2 1 5.8 2.8M5.2 9.6A3.6 3.6 0 0 1 8 8.4"/><circle cx="8" cy="12.25" r=".75" fill="currentColor"/>`,
  ),
} as const;
