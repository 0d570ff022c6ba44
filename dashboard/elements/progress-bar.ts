import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import { progress } from "../client/progress.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";

/** A thin line that runs while something takes longer than a moment. It takes no room. */
@customElement("progress-bar")
export class ProgressBar extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        position: relative;
        height: 0;
      }
      .bar {
        position: absolute;
        z-index: 1;
        inset: -1px 0 auto;
        height: 2px;
        overflow: hidden;
      }
      .bar::before {
        display: block;
        width: 32%;
        height: 100%;
        border-radius: 1px;
        background: var(--accent);
        animation: run 1.1s ease-in-out infinite;
        content: "";
      }
      @keyframes run {
        from {
          transform: translateX(-100%);
        }
        to {
          transform: translateX(313%);
        }
      }
      /* Nothing moves for those who ask for it: the line stands whole. */
      @media (prefers-reduced-motion: reduce) {
        .bar::before {
          width: 100%;
          opacity: 0.6;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Observer(this, () => progress);
  }

  override render() {
    return progress.busy ? html`<div class="bar" role="progressbar" aria-label=${texts.progress}></div>` : nothing;
  }
}
