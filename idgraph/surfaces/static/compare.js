// Two steppers side by side, behind `stepper.js` in one module: Python has said which call stands
// beside which and what a row comes to; this part moves both. It knows no rule of any platform.

/** @typedef {[good: number, bad: number, lacks: 0 | 1 | 2, told: string, differs: any[] | null]} PairRow
 *  @typedef {{heads: string[], rows: PairRow[], row: number, difference: number, divergence: number,
 *    telling: number[]}} PairHead `telling` are the rows in which anything differs, 0 is no row. */

const ROW_BUTTONS = [
  ["previous", "Previous row", "M13 3V15L4 9Z"],
  ["next", "Next row", "M5 3V15L14 9Z"],
];
const ROW_KEYS = { ...KEYS, d: "divergence" };
const ROW_HELP = [
  ["→ ↓", "Next row"], ["← ↑", "Previous row"], ["Home End", "First, last row"],
  ["n p", "Next, previous row in which anything differs"], ["d", "Where it comes out differently"],
  ["Space", "In a history: play, pause"],
];

/** Build the bar above both: buttons, the switch, what is said of the row, what differs in it. */
function pairParts(head) {
  const word = (name, words) => build(["button", { type: "button", class: name }, words]);
  const buttons = Object.fromEntries(ROW_BUTTONS.map((entry) => [entry[0], button(...entry)]));
  buttons.difference = word("difference", "First difference");
  buttons.divergence = word("divergence", "Where it comes out differently");
  const linked = build(["input", { type: "checkbox" }]);
  const place = build(["p", { class: "status" }]);
  const said = build(["p", { class: "said", role: "status", "aria-live": "polite" }]);
  const fields = build(["div", { class: "differing" }]);
  const bar = build(["div", { class: "rows", role: "group", "aria-label": "Rows of both" },
    ["div", { class: "bar" }, ...Object.values(buttons), place,
      ["label", {}, linked, ["span", {}, "Linked: a step in one moves the other"]]], said, fields]);
  const panes = head.heads.map((name, side) => build(["div", { class: `pane side-${side}`, role: "group",
    "aria-label": name }, ["h3", {}, name]]));
  const root = build(["div", { class: "idgraph pair live mathjax_ignore tex2jax_ignore", role: "group",
    "aria-label": "Two histories side by side" }, bar, ["div", { class: "panes" }, ...panes]]);
  return { root, bar, buttons, linked, place, said, fields, panes };
}

/** Put two steppers into `host`.
 *  @param {HTMLElement} host
 *  @param {{head: PairHead, at: number[], linked: boolean, mount: (pane: HTMLElement, side: number,
 *    call: number, moved: (call: number, byHand: boolean) => void) => any,
 *    onMove: (at: number[], byHand: boolean) => void, onLink: (linked: boolean) => void}} source
 *  `at` is the row, and the call of each stepper. */
function pair(host, source) {
  const { head } = source;
  const { rows } = head;
  const { root, bar, buttons, linked, place, said, fields, panes } = pairParts(head);
  const rowOf = [0, 1].map((side) => new Map(
    rows.flatMap((row, n) => (row[2] === side + 1 ? [] : [[row[side], n + 1]]))));
  let at = [...source.at];
  let views = [];
  let moving = false; // the steppers are moved by us, not by hand

  function tell() {
    const [, , , words, differs] = rows[at[0] - 1];
    const apart = linked.checked ? "" : ` Not linked: the steppers stand at call ${at[1]} and call ${at[2]}.`;
    place.textContent = `row ${at[0]} of ${rows.length}`;
    if (said.textContent !== words + apart) said.textContent = words + apart;
    fields.replaceChildren(...(differs ? [build(differs)] : []));
    const idle = { previous: at[0] === 1, next: at[0] === rows.length, difference: !head.difference,
      divergence: !head.divergence };
    for (const [name, off] of Object.entries(idle)) buttons[name].setAttribute("aria-disabled", String(off));
    // One voice at a time: while they are linked, the row is told, which is about both.
    said.setAttribute("aria-live", linked.checked ? "polite" : "off");
    for (const live of root.querySelectorAll(".heard")) {
      live.setAttribute("aria-live", linked.checked ? "off" : "polite");
    }
    panes.forEach((pane, side) => pane.classList.toggle("lacks", linked.checked && rows[at[0] - 1][2] === side + 1));
  }

  /** Stand at a row and two calls. @param {number[]} wanted @param {boolean} byHand */
  function move(wanted, byHand) {
    at = [...wanted];
    moving = true;
    views.forEach((view, side) => view.showCall(at[side + 1]));
    moving = false;
    tell();
    source.onMove(at, byHand);
  }

  function goRow(wanted) {
    const row = Math.min(rows.length, Math.max(1, wanted));
    move([row, ...rows[row - 1].slice(0, 2)], true);
  }

  /** A stepper was moved by hand: the other follows, if it is to. */
  function stepped(side, call) {
    const row = rowOf[side].get(call);
    if (linked.checked && row) { goRow(row); return; }
    at[side + 1] = call;
    at[0] = row ?? at[0];
    tell();
    source.onMove(at, true);
  }

  const acts = {
    first: () => goRow(1),
    last: () => goRow(rows.length),
    previous: () => goRow(at[0] - 1),
    next: () => goRow(at[0] + 1),
    back: () => goRow(head.telling.findLast((row) => row < at[0]) ?? at[0]),
    on: () => goRow(head.telling.find((row) => row > at[0]) ?? at[0]),
    difference: () => goRow(head.difference || at[0]),
    divergence: () => goRow(head.divergence || at[0]),
  };
  for (const [name, node] of Object.entries(buttons)) node.addEventListener("click", acts[name]);
  linked.checked = source.linked;
  linked.addEventListener("change", () => {
    source.onLink(linked.checked);
    if (linked.checked) goRow(at[0]); else tell();
  });
  const ours = (event) => linked.checked || bar.contains(event.target) || event.key === "d";
  // Before a stepper takes the key: while they are linked, a key goes through the rows of both.
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    const act = Object.hasOwn(ROW_KEYS, event.key) ? acts[ROW_KEYS[event.key]] : null;
    if (!act || !ours(event)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  helping(root, bar.querySelector(".bar"), ROW_HELP);
  // Or the notebook takes the key as a command.
  root.addEventListener("keydown", (event) => { if (event.key !== "Tab") event.stopPropagation(); });

  host.append(root);
  views = panes.map((pane, side) => source.mount(pane, side, at[side + 1],
    (call, byHand) => { if (byHand && !moving) stepped(side, call); }));
  tell();
  return {
    goRow,
    goCall: (side, call) => { if (rowOf[side].has(call)) goRow(rowOf[side].get(call)); },
    /** Python moved it. @param {number[]} wanted */
    stand: (wanted) => { if (wanted.some((n, which) => n !== at[which])) move(wanted, false); },
    link: (on) => { if (linked.checked !== on) { linked.checked = on; tell(); } },
    destroy: () => { views.forEach((view) => view.destroy()); root.remove(); },
  };
}

/** The widget: pages come from Python, and where it stands is kept the same both ways. */
function renderPair({ model, el }) {
  const sides = model.get("_sides");
  const pages = sides.map((head, side) => pager(head.pages, (number) => model.send({ get: number, side })));
  const save = (name, value) => { model.set(name, value); model.save_changes(); };
  const view = pair(el, {
    head: model.get("_head"),
    at: model.get("_at"),
    linked: model.get("linked"),
    mount: (pane, side, call, onShow) => stepper(pane, { head: sides[side], page: pages[side].ask,
      frame: sides[side].calls.indexOf(call) + 1 || 1, onShow, help: false }),
    onMove: (at, byHand) => { if (byHand) save("_at", [...at]); },
    onLink: (linked) => save("linked", linked),
  });
  const arrived = (message) => {
    const { page, number, side } = message ?? {};
    if (page !== undefined) pages[side]?.arrived(number, page);
  };
  const moved = () => view.stand(model.get("_at"));
  const switched = () => view.link(model.get("linked"));
  model.on("msg:custom", arrived);
  model.on("change:_at", moved);
  model.on("change:linked", switched);
  return () => {
    model.off("msg:custom", arrived);
    model.off("change:_at", moved);
    model.off("change:linked", switched);
    view.destroy();
  };
}

/** A report: each `[data-idgraph-pair]` has rows and pages in the script element behind it. */
function openPairs(places) {
  const opened = places.map((host) => {
    const { shared, ...folded } = liven(host);
    const data = unfold(folded, shared);
    const view = pair(host, {
      head: data,
      at: [data.row, ...data.rows[data.row - 1].slice(0, 2)],
      linked: true,
      mount: (pane, side, call, onShow) => {
        const { head, pages } = data.sides[side];
        return stepper(pane, { head, frame: head.calls.indexOf(call) + 1,
          page: (number, done) => done(pages[number]), onShow, help: false });
      },
      onMove: ([row], byHand) => { if (byHand) keep(`${data.prefix}row-${row}`); },
      onLink: () => {},
    });
    return { host, view, prefix: data.prefix, rows: data.rows.length };
  });
  const go = () => {
    const [, prefix, side, what, number] = /^#(.*?)(?:(good|bad)-)?(row|call)-(\d+)$/.exec(location.hash) ?? [];
    const found = opened.find((entry) => entry.prefix === prefix);
    if (!found || (what === "call") !== Boolean(side)) return;
    if (side) found.view.goCall(side === "good" ? 0 : 1, Number(number)); else found.view.goRow(Number(number));
    found.host.scrollIntoView();
  };
  for (const row of document.querySelectorAll(".alignment tr[data-call]")) {
    row.addEventListener("click", () => { location.hash = row.id; });
  }
  window.addEventListener("hashchange", go);
  go();
}

const places = [...document.querySelectorAll("[data-idgraph-pair]")];
if (places.length) openPairs(places);

export default { render: renderPair };
