// The sliders of a verdict: Python has worked out every state, this module shows the one that is
// asked for. The same bytes serve the widget, before `verdict-view.js`, and the report; all words are
// set as text.

/** @typedef {{name: string, words: string[], start: number}} Dial
 *  @typedef {{title: string, dials: Dial[], told: [string, boolean][], states: number[][][]}} Dials
 *  `states` has an entry for each pair of places of the first two dials, the second running
 *  fastest: [place of the third dial, place in `told`], the last one at or below its place holds. */

/** @param {string} tag @param {Record<string, string>} attributes @param {(Node | string)[]} children */
function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A slider with its name before it and what it says behind it. @param {Dial} dial */
function slider(dial) {
  const input = element("input", { type: "range", min: "0", step: "1",
    max: String(dial.words.length - 1) });
  input.value = String(dial.start);
  const said = element("span", { class: "said", "aria-hidden": "true" });
  const tell = () => {
    said.textContent = dial.words[Number(input.value)];
    input.setAttribute("aria-valuetext", said.textContent);
  };
  const name = element("label", {}, element("span", {}, dial.name), input);
  return { input, tell, row: element("div", { class: "dial" }, name, said) };
}

/** Put the sliders of a verdict before what is in a place.
 *  @param {HTMLElement} host @param {Dials} data @returns {() => void} takes them away again */
function mount(host, data) {
  const sliders = data.dials.map(slider);
  const told = element("p", { class: "told", role: "status" });
  const back = element("button", { type: "button" }, "Back to the verdict above");
  const show = () => {
    const [first, second, third] = sliders.map(({ input }) => Number(input.value));
    const state = data.states[first * data.dials[1].words.length + second];
    const [words, same] = data.told[state.findLast(([from]) => from <= third)[1]];
    if (told.textContent !== words) told.textContent = words;
    told.classList.toggle("other", !same);
    sliders.forEach(({ tell }) => tell());
    const moved = sliders.some(({ input }, place) => Number(input.value) !== data.dials[place].start);
    back.setAttribute("aria-disabled", String(!moved));
  };
  back.addEventListener("click", () => {
    sliders.forEach(({ input }, place) => { input.value = String(data.dials[place].start); });
    show();
  });
  const root = element("div", { class: "dials", role: "group", "aria-label": data.title },
    element("p", { class: "asked" }, data.title), ...sliders.map(({ row }) => row), told, back);
  root.addEventListener("input", show);
  // Or the notebook takes the key as a command.
  root.addEventListener("keydown", (event) => { if (event.key !== "Tab") event.stopPropagation(); });
  show();
  host.prepend(root);
  return () => root.remove();
}

for (const host of document.querySelectorAll("[data-idgraph-verdict]")) {
  mount(host, JSON.parse(host.querySelector("script").textContent));
}
