/**
 * The region that says what became of the persons: it stays, and its words change, so that a screen
 * reader says them.
 *
 * @param {{model: {get(name: string): any, on(event: string, act: () => void): void,
 *   off(event: string, act: () => void): void}, el: HTMLElement}} given
 */
function render({ model, el }) {
  const region = document.createElement("p");
  region.setAttribute("role", "status");
  const tell = () => {
    region.textContent = model.get("sentence");
    region.className = `told ${model.get("mood")}`;
  };
  tell();
  el.append(region);
  model.on("change:sentence", tell);
  model.on("change:mood", tell);
  return () => {
    model.off("change:sentence", tell);
    model.off("change:mood", tell);
  };
}

export default { render };
