// Some front ends (Notebook 7) take a key as a command before any widget hears of it, unless the very
// element that has the focus bears this attribute. It does while a key without a modifier is on its
// way; with one the key stays the notebook's, so that Ctrl+S still saves.
if (!window.idgraphKeys) {
  window.idgraphKeys = true; // once a page, however many widgets there are
  window.addEventListener("keydown", (event) => {
    const theirs = event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab";
    if (event.target.closest?.(".idgraph")) {
      event.target.toggleAttribute("data-lm-suppress-shortcuts", !theirs);
    }
  }, true);
}

