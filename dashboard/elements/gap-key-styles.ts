import { css } from "lit";

/** The hatching of each cause, as the charts have it. */
export const gapKeyStyles = css`
  .gap-key {
    display: inline-block;
    width: 14px;
    height: 10px;
    margin-right: 5px;
    border: 1px solid var(--border-strong);
    border-radius: 2px;
    --lines: transparent 0 3px, var(--idle) 3px 4px;
  }
  .gap-key.offline {
    background: repeating-linear-gradient(135deg, var(--lines));
  }
  .gap-key.hub_down {
    background: repeating-linear-gradient(45deg, var(--lines));
  }
  .gap-key.refused {
    background: repeating-linear-gradient(135deg, var(--lines)), repeating-linear-gradient(45deg, var(--lines));
  }
  .gap-key.masked {
    background: repeating-linear-gradient(180deg, var(--lines));
  }
  .gap-key.silent {
    background: repeating-linear-gradient(90deg, var(--lines));
  }
  .gap-key.unknown {
    background: radial-gradient(var(--idle) 1px, transparent 1.5px) 0 0 / 5px 5px;
  }
`;
