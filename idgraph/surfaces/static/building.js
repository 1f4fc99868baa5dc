// What every screen is built of: elements from trees, buttons with signs, the list of keys behind `?`.
// All words come as text and are set as text. It stands before each script that uses it.

// The name space of drawings, asked of the browser, so that the file holds no address at all.
const SVG = new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;
const DRAWN = new Set("circle desc g path rect svg text title tspan".split(" "));
const TAGS = new Set(("a button caption code dd details div dl dt figcaption figure h1 h2 h3 h4 input label " +
  "kbd li ol option p pre section select span summary table tbody td th thead tr ul").split(" "));
const ATTRIBUTES = new Set(("aria-hidden aria-label aria-live class cx cy d data-call data-frames " +
  "data-tally height href id max min r role rx scope step tabindex text-anchor title transform " +
  "type value viewBox width x y").split(" "));

/** Build an element from `[tag, attributes, ...children]`; what is not on the lists is an error.
 *  @param {any[]} tree */
function build([tag, attributes, ...children]) {
  const drawn = DRAWN.has(tag);
  if (!drawn && !TAGS.has(tag)) throw new Error(`building: tag ${tag}`);
  const node = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    const fine = ATTRIBUTES.has(name) && (name !== "href" || String(value).startsWith("#"));
    if (!fine) throw new Error(`building: attribute ${name}`);
    node.setAttribute(name, value);
  }
  for (const child of children) {
    node.append(typeof child === "string" || child instanceof Node ? child : build(child));
  }
  return node;
}

/** Runs such as `3 7-9` as pairs. @param {string} text @returns {number[][]} */
const runs = (text) => text.split(" ").map((run) => {
  const [from, to] = run.split("-").map(Number);
  return [from, to || from];
});
/** How many of the frames in runs have come. */
const come = (pairs, frame) =>
  pairs.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, frame) - a + 1), 0);
/** The words of a count: behind a label only from two on. */
const counting = (n, alone) => (alone ? `${n} call${n === 1 ? "" : "s"}` : n > 1 ? ` ×${n}` : "");
const within = (pairs, frame) => pairs.some(([a, b]) => a <= frame && frame <= b);

/** What of a drawing changes with the frame: counts, and what is not there yet or is there now. Only
 *  what is otherwise than before is touched. @param {HTMLElement} root */
function framed(root) {
  const counted = [...root.querySelectorAll("[data-tally]")].map((node) => ({ node,
    pairs: runs(node.dataset.tally), text: node.textContent,
    alone: node.parentNode.textContent === node.textContent }));
  const timed = [...root.querySelectorAll("[data-frames]")].map(
    (node) => ({ node, pairs: runs(node.dataset.frames), yet: false, now: false }));
  const paint = (frame) => {
    for (const entry of counted) {
      const text = counting(come(entry.pairs, frame), entry.alone);
      if (text !== entry.text) entry.node.textContent = entry.text = text;
    }
    for (const entry of timed) {
      const [yet, now] = [entry.pairs[0][0] > frame, within(entry.pairs, frame)];
      if (yet !== entry.yet) entry.node.classList.toggle("yet", entry.yet = yet);
      if (now !== entry.now) entry.node.classList.toggle("now", entry.now = now);
    }
  };
  return { timed, paint };
}

/** A button that shows a sign. @param {string} name @param {string} words @param {string} d its path */
const button = (name, words, d) => build(
  ["button", { type: "button", class: name, "aria-label": words, title: words },
    ["svg", { viewBox: "0 0 18 18", width: 16, height: 16, "aria-hidden": "true" }, ["path", { d }]]]);

/** Give a view a button that lists its keys, and the key `?`, which does the same.
 *  @param {HTMLElement} root @param {HTMLElement} bar @param {string[][]} keys */
function helping(root, bar, keys) {
  const opener = build(["button", { type: "button", class: "help", "aria-label": "Keys", title: "Keys (?)" }, "?"]);
  const close = build(["button", { type: "button" }, "Close"]);
  const rows = [...keys, ["?", "Show or hide this list"]].map(([names, words]) => ["tr", {},
    ["th", { scope: "row" }, ...names.split(" ").flatMap((name) => [["kbd", {}, name], " "])], ["td", {}, words]]);
  const panel = build(["div", { class: "keys", role: "dialog", "aria-label": "Keys" },
    ["table", {}, ["caption", {}, "Keys, while the focus is in here"], ["tbody", {}, ...rows]], close]);
  let from = null; // what had the focus before
  const show = (on) => {
    if (panel.hidden !== on) return;
    panel.hidden = !on;
    opener.setAttribute("aria-expanded", String(on));
    if (!on) return;
    const focused = root.getRootNode().activeElement; // some front ends show each widget in a shadow tree
    from = root.contains(focused) ? focused : opener;
    close.focus();
  };
  const back = () => { show(false); (from?.isConnected ? from : opener).focus(); };
  panel.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", () => (panel.hidden ? show(true) : back()));
  close.addEventListener("click", back);
  panel.addEventListener("focusout", (event) => {
    if (event.relatedTarget && event.relatedTarget !== opener && !panel.contains(event.relatedTarget)) show(false);
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select")) return;
    const typing = event.target.matches("input:not([type=range], [type=checkbox]), textarea");
    if (event.key === "?" && !typing) { if (panel.hidden) show(true); else back(); }
    else if (event.key === "Escape" && !panel.hidden) back();
    else if (panel.hidden || !panel.contains(event.target) || event.key === "Tab") return;
    // While the panel is open its keys do nothing else; a button is still pressed.
    else if (event.key === "Enter" || event.key === " ") { event.stopPropagation(); return; }
    event.preventDefault();
    event.stopPropagation();
  }, true);
  bar.append(opener, panel);
}
