// One view of a history, behind `building.js` in one module: Python makes the blocks, this part shows
// them, marks the call that is chosen, and says which one was chosen here.

/** @typedef {{title: string, calls: number[], picks: {name: string, label: string, value: string,
 *    options: [string, string][]}[], blocks: any[], rows: string[], keys: string[][]}} ViewPage
 *  `calls` are those that the arrow keys go through; `rows` says of each row of a table of arrows
 *  which frames it stands for, as runs. */

const VIEW_BUTTONS = [
  ["previous", "Previous call", "M13 3V15L4 9Z"],
  ["next", "Next call", "M5 3V15L14 9Z"],
];

/** @param {HTMLElement} host @param {ViewPage} first
 *  @param {{choose: (call: number) => void, pick: (name: string, value: string) => void}} source */
function viewing(host, first, source) {
  const buttons = Object.fromEntries(VIEW_BUTTONS.map((entry) => [entry[0], button(...entry)]));
  const slider = build(["input", { type: "range", min: 1, max: 1, step: 1, value: 1, "aria-label": "Call" }]);
  const status = build(["p", { class: "status" }]);
  const picks = build(["span", { class: "picks" }]);
  const said = build(["p", { class: "sentence", role: "status", "aria-live": "polite" }]);
  const body = build(["div", { class: "view-body" }]);
  const bar = build(["div", { class: "bar", role: "group", "aria-label": "Which call" },
    buttons.previous, buttons.next, slider, status, picks]);
  const root = build(["div", { class: "idgraph live view mathjax_ignore tex2jax_ignore", role: "group" },
    bar, said, body]);
  let page = first;
  let call = 0;
  let marked = { paint: () => {}, rows: [] };

  /** The choosers of a view stay where they are, so that the focus stays, too. */
  function fillPicks() {
    const selects = [...picks.querySelectorAll("select")];
    if (selects.length !== page.picks.length) {
      picks.replaceChildren(...page.picks.map((pick, place) => {
        const select = build(["select", {}]);
        select.addEventListener("change", () => source.pick(page.picks[place].name, select.value));
        return build(["label", {}, `${pick.label} `, select]);
      }));
    }
    [...picks.querySelectorAll("select")].forEach((select, place) => {
      const { options, value } = page.picks[place];
      select.replaceChildren(...options.map(([held, words]) => build(["option", { value: held }, words])));
      select.value = value;
    });
  }

  function fill(next) {
    page = next;
    root.setAttribute("aria-label", page.title);
    fillPicks();
    slider.max = String(page.calls.length);
    body.replaceChildren(...page.blocks.map((block) => build(block)));
    marked = {
      paint: framed(body).paint,
      rows: page.rows.map((text, place) => ({ node: body.querySelectorAll("tbody tr")[place], pairs: runs(text) })),
    };
    if (call) paint();
  }

  const frameOf = () => page.calls.indexOf(call) + 1;

  function paintBar(frame) {
    const count = page.calls.length;
    status.textContent = frame ? `call ${call} (${frame} of ${count})` : `call ${call}`;
    slider.value = String(frame || 1);
    slider.setAttribute("aria-valuetext", status.textContent);
    const ahead = page.calls.some((number) => number > call);
    const idle = { previous: !page.calls.some((number) => number < call), next: !ahead };
    for (const [name, off] of Object.entries(idle)) buttons[name].setAttribute("aria-disabled", String(off));
  }

  function paint() {
    const frame = frameOf();
    paintBar(frame);
    marked.paint(frame);
    for (const { node, pairs } of marked.rows) here(node, within(pairs, frame));
    for (const node of body.querySelectorAll("[data-call]:not([data-frames])")) {
      if (!marked.rows.length || !node.matches("tr")) here(node, Number(node.dataset.call) === call);
    }
    follow();
  }

  /** Scroll a drawing, never the page, so that what is chosen is in sight. */
  function follow() {
    const now = body.querySelector(".edge.now, .timing [data-call].now")?.getBoundingClientRect();
    const box = body.querySelector(".wide:has(svg)");
    const frameBox = box?.getBoundingClientRect();
    if (now && frameBox && (now.left < frameBox.left || now.right > frameBox.right)) {
      box.scrollLeft += (now.left + now.right - frameBox.left - frameBox.right) / 2;
    }
  }

  function here(node, on) {
    node.classList.toggle("now", on);
    if (!node.matches("tr")) return;
    if (on) node.setAttribute("aria-current", "step"); else node.removeAttribute("aria-current");
  }

  /** Go to a call by hand. */
  function go(number) {
    if (number === undefined || number === call) return;
    call = number;
    paint();
    source.choose(number);
  }

  /** The arrows of a graph, one after the other: to the first call of each. */
  function along(step) {
    if (!marked.rows.length) { go(step > 0 ? ahead() : back()); return; }
    const now = marked.rows.findIndex(({ pairs }) => within(pairs, frameOf()));
    const next = marked.rows[Math.min(marked.rows.length - 1, Math.max(0, now + step))];
    go(page.calls[next.pairs[0][0] - 1]);
  }

  const ahead = () => page.calls.find((number) => number > call);
  const back = () => page.calls.findLast((number) => number < call);
  const acts = { previous: () => go(back()), next: () => go(ahead()), first: () => go(page.calls[0]),
    last: () => go(page.calls.at(-1)), up: () => along(-1), down: () => along(1) };
  const keys = { ArrowLeft: "previous", ArrowRight: "next", ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last" };
  for (const [name, node] of Object.entries(buttons)) node.addEventListener("click", acts[name]);
  slider.addEventListener("input", () => go(page.calls[Number(slider.value) - 1]));
  root.addEventListener("click", (event) => {
    const found = event.target.closest("[data-call]");
    if (!found || !body.contains(found)) return;
    event.preventDefault();
    // An arrow and a profile stand for many calls: each click goes to the next one.
    const tally = found.dataset.frames && found.querySelector("[data-tally]")?.dataset.tally;
    const frame = frameOf();
    const later = tally && runs(tally).find(([, last]) => last > frame);
    const first = tally ? page.calls[runs(tally)[0][0] - 1] : Number(found.dataset.call);
    go(later ? page.calls[Math.max(later[0], frame + 1) - 1] : first);
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    event.stopPropagation(); // or the notebook takes the key as a command
    const name = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (!name || !page.calls.length || event.target.closest("select")) return;
    event.preventDefault();
    acts[name]();
  });
  helping(root, bar, first.keys);
  fill(first);
  host.append(root);
  const sizes = new ResizeObserver(follow);
  sizes.observe(root);
  return {
    fill,
    stand: (number) => { if (number !== call) { call = number; paint(); } },
    say: (words) => {
      const node = build(words);
      if (node.textContent !== said.textContent) said.replaceChildren(...node.childNodes);
    },
    destroy: () => { sizes.disconnect(); root.remove(); },
  };
}

/** A view that follows a model: which call is chosen is kept the same both ways.
 *  @param {any} model @param {HTMLElement} el @returns {() => void} takes the view away again */
function following(model, el) {
  const page = () => ({ ...model.get("_page"), calls: model.get("_calls") });
  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  let waiting = false; // for what was picked here
  const view = viewing(el, page(), {
    choose: (call) => set("call", call),
    pick: (name, value) => { waiting = true; model.send({ pick: name, value }); },
  });
  const filled = () => {
    view.fill(page());
    // Front ends that run cells anew when a widget changes, as marimo, look at what the screen sets alone.
    if (waiting) { waiting = false; set("_heard", model.get("_heard") + 1); }
  };
  const moved = () => view.stand(model.get("call"));
  const told = () => view.say(model.get("_said"));
  model.on("change:_page", filled);
  model.on("change:call", moved);
  model.on("change:_said", told);
  moved();
  told();
  return () => {
    model.off("change:_page", filled);
    model.off("change:call", moved);
    model.off("change:_said", told);
    view.destroy();
  };
}

const renderView = ({ model, el }) => following(model, el);

export default { render: renderView };
