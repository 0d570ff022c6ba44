/**
 * Puts a text on the clipboard; false where the browser lets nobody. `near`: where a field may stand for a moment. In an open
 * dialog that is within the dialog: all else is inert.
 */
export async function copyText(text: string, near: ParentNode): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http on a LAN pages have no clipboard; what is selected can be copied there, too.
    return copySelected(text, near);
  }
}

function copySelected(text: string, near: ParentNode): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.setAttribute("aria-hidden", "true");
  Object.assign(field.style, { position: "fixed", top: "0", opacity: "0" });
  near.append(field);
  try {
    field.focus({ preventScroll: true });
    field.select();
    return document.execCommand("copy");
  } finally {
    field.remove();
  }
}
