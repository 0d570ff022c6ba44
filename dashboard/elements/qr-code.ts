import { css, html, LitElement, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { encode } from "uqr";
import { baseStyles } from "../styles/shared.ts";

/** Light modules around it that a camera needs to find it. */
const quietZone = 4;

/** An address as a picture for a camera; dark on light in both themes, since not every camera reads the other way round. */
@customElement("qr-code")
export class QrCode extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        width: 180px;
        max-width: 100%;
      }
      svg {
        width: 100%;
        height: auto;
        border-radius: var(--radius-s);
      }
    `,
  ];

  @property() text = "";
  @property() label = "";

  override render() {
    const { data, size } = encode(this.text, { ecc: "L", border: quietZone });
    const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
    return html`<svg
      role="img"
      aria-label=${this.label}
      viewBox="0 0 ${size} ${size}"
      shape-rendering="crispEdges"
    >
      ${svg`<rect width=${size} height=${size} fill="#fff" /><path d=${dark} fill="#000" />`}
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "qr-code": QrCode;
  }
}
