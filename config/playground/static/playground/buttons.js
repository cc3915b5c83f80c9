// Buttons that say what came of them.

const SHOWN = 2000; // milliseconds

/** Shows "Copied" or the like in place of the button's text for a while. */
export function confirm(button) {
  const label = labelOf(button);
  button.textContent = button.dataset.done;
  setTimeout(() => (button.textContent = label), SHOWN);
}

/** What the button says when it says nothing else. */
export function labelOf(button) {
  return (button.dataset.label ??= button.textContent);
}

/** Lets the button copy a text; it isn't there where the browser keeps its clipboard to itself. */
export function copies(button, text) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text());
    confirm(button);
  });
}
