/** For so long the address of a file holds, ms: Safari and Firefox fetch it some turns after the click, and lose one that is gone. */
const heldMs = 60_000;

/** Gives a file to the browser, which saves it under this name or asks where to. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), heldMs);
}
