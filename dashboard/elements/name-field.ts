/** What a token or a link is called by: for whom, or why, it was made. */
import { html } from "lit";

/** `words`: its label, and what it is good for. `onName` is told each change. */
export function nameField(
  words: { readonly name: string; readonly nameHint: string },
  name: string,
  onName: (name: string) => void,
) {
  return html`<label class="field">
    <span>${words.name}</span>
    <input
      maxlength="200"
      autocomplete="off"
      .value=${name}
      @input=${(event: Event & { readonly currentTarget: HTMLInputElement }) => onName(event.currentTarget.value)}
    />
    <small>${words.nameHint}</small>
  </label>`;
}
