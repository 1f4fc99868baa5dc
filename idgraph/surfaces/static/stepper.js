// The stepper: Python draws, this module turns pages. The same bytes serve the widget and the
// report. It knows no rule of any platform. It stands behind `building.js` in one module.

const NEAR = 600; // pixels beyond the edge that are drawn ahead
const PAUSE = 900; // milliseconds between calls while playing
const KEPT = 12; // pages kept in memory when they come from Python

const BUTTONS = [
  ["first", "First call", "M3 3H5V15H3ZM15 3V15L6 9Z"],
  ["back", "Previous interesting call", "M9 3V15L1 9ZM17 3V15L9 9Z"],
  ["previous", "Previous call", "M13 3V15L4 9Z"],
  ["play", "Play", "M4 2V16L16 9Z"],
  ["next", "Next call", "M5 3V15L14 9Z"],
  ["on", "Next interesting call", "M1 3V15L9 9ZM9 3V15L17 9Z"],
  ["last", "Last call", "M13 3H15V15H13ZM3 3V15L12 9Z"],
];
const PAUSED = "M4 3H8V15H4ZM10 3H14V15H10Z";
const KEYS = {
  ArrowLeft: "previous", ArrowUp: "previous", ArrowRight: "next", ArrowDown: "next", Home: "first",
  End: "last", PageUp: "back", PageDown: "on", p: "back", n: "on", " ": "play",
};

/** What the keys do, for the panel behind `?`: [keys, words] pairs. */
const HELP = [
  ["→ ↓", "Next call"], ["← ↑", "Previous call"], ["Home End", "First, last call"],
  ["n p", "Next, previous interesting call; so do Page Down and Page Up"], ["Space", "Play, pause"],
];

/** Build all that stays for a case: controls, the frame of the drawing, the places to fill. */
function parts(head) {
  const count = head.calls.length;
  const box = (css, label, ...children) => build(
    ["div", { class: css, tabindex: 0, role: "group", "aria-label": label }, ...children]);
  const hidden = (css) => build(["div", { class: css, "aria-hidden": "true" }]);
  const buttons = Object.fromEntries(BUTTONS.map((entry) => [entry[0], button(...entry)]));
  const slider = build(["input", { type: "range", min: 1, max: count, step: 1, value: 1,
    "aria-label": `Call, 1 to ${count}` }]);
  const status = build(["p", { class: "status" }]);
  const sentence = build(["div", { class: "sentence" }]);
  const heard = build(["p", { class: "heard", role: "status", "aria-live": "polite" }]);
  const [cursor, curtain] = [hidden("cursor"), hidden("curtain")];
  const strip = build(["div", { class: "strip" }, cursor, curtain]);
  const slots = head.lanes.map(() => build(["div", { class: "held" }]));
  const names = head.lanes.map(([name, remark], place) => build(["div", { class: "lane" },
    ["span", { class: "name" }, name, ["span", { class: "remark" }, remark]], slots[place]]));
  const gutter = build(["div", { class: "gutter" }, ...names]);
  const lanes = box("lanes-box", "Calls on the profiles where they landed", gutter, strip);
  const network = box("network-box", "Identity graph", head.network);
  const drawing = build(["div", { class: "drawing" }, lanes, head.legend]);
  const panels = build(["div", { class: "panels" }]);
  const [rows, caption] = [build(["tbody", {}]), build(["caption", {}])];
  const root = build(["div", { class: "idgraph live mathjax_ignore tex2jax_ignore", role: "group",
    "aria-label": head.title },
  ["div", { class: "bar", role: "group", "aria-label": "Steps" }, ...Object.values(buttons), slider, status],
  sentence, heard, ["div", { class: "stage" }, drawing, network], panels,
  box("wide", "Calls", ["table", { class: "calls" }, caption, ["thead", {}, head.columns], rows])]);

  drawing.style.flexBasis = `${Math.min(820, 268 + count * head.column)}px`;
  strip.style.width = `${count * head.column}px`;
  strip.style.height = gutter.style.height = `${head.height}px`;
  cursor.style.width = `${head.column}px`;
  names.forEach((name, place) => {
    name.style.top = `${head.lanes[place][2]}px`;
    name.style.height = `${head.lanes[place][3]}px`;
  });
  return { root, buttons, slider, status, sentence, heard, cursor, curtain, strip, slots, names, gutter,
    lanes, network, panels, rows, caption };
}

/** Put a stepper into `host`.
 *  @param {HTMLElement} host
 *  @param {{head: any, frame: number, page: (n: number, done: (page: any) => void) => void,
 *           onShow: (call: number, byHand: boolean) => void, help?: boolean}} source */
function stepper(host, source) {
  const { head } = source;
  const { root, buttons, slider, status, sentence, heard, cursor, curtain, strip, slots, names, gutter,
    lanes, network, panels, rows, caption } = parts(head);
  const count = head.calls.length;
  const frameOf = new Map(head.calls.map((call, place) => [call, place + 1]));
  const tiles = new Map();
  let frame = 0;
  let timer = 0;
  let shown = -1; // the page whose rows stand in the table
  const { timed, paint: paintNetwork } = framed(network);

  /** What is in sight. Asked before anything is changed: after a change each of these would make the
   *  browser lay out the page at once, several times a step. */
  const sight = () => ({ left: lanes.scrollLeft, top: lanes.scrollTop, width: lanes.clientWidth,
    height: lanes.clientHeight, gutter: gutter.offsetWidth, edges: network.scrollLeft,
    breadth: network.clientWidth });

  /** Keep in the document only the tiles that are in sight or nearly so. */
  function drawTiles({ left, width }) {
    const wide = head.tile * head.column;
    const from = Math.max(0, Math.floor((left - NEAR) / wide));
    const to = Math.min(head.pages - 1, Math.floor((left + width + NEAR) / wide));
    for (const [place, node] of tiles) {
      if (place < from || place > to) { node.remove(); tiles.delete(place); }
    }
    for (let place = from; place <= to; place += 1) {
      if (tiles.has(place)) continue;
      const holder = build(["div", { class: "tile" }]);
      holder.style.left = `${place * wide}px`;
      tiles.set(place, holder);
      strip.insertBefore(holder, curtain);
      source.page(place, (page) => holder.replaceChildren(build(page.tile)));
    }
  }

  /** Scroll the drawing so that the current call is in sight; never the page. */
  function follow(seen) {
    const left = (frame - 1) * head.column;
    const room = seen.width - seen.gutter;
    if (left < seen.left || left + head.column > seen.left + room) {
      seen.left = Math.max(0, left - (room - head.column) / 2);
      lanes.scrollLeft = seen.left;
    }
  }

  /** The same from top to bottom. */
  function followDown(lane, seen) {
    const [top, high] = head.lanes[lane].slice(2, 4);
    if (top < seen.top || top + high > seen.top + seen.height) {
      lanes.scrollTop = Math.max(0, top - (seen.height - high) / 2);
    }
    names.forEach((name, place) => name.classList.toggle("now", place === lane));
  }

  /** The same for the identity graph. */
  function followEdge(seen) {
    const [left, right] = timed.find(({ now, sides }) => now && sides)?.sides ?? [seen.edges, seen.edges];
    if (left < seen.edges || right > seen.edges + seen.breadth) {
      network.scrollLeft = (left + right - seen.breadth) / 2;
    }
  }

  /** Where the arrows of the identity graph begin and end from left to right: they stay there. */
  function measureEdges() {
    const from = network.getBoundingClientRect().left - network.scrollLeft;
    for (const entry of timed.filter(({ node }) => node.matches(".edge"))) {
      const { left, right } = entry.node.getBoundingClientRect();
      entry.sides = [left - from, right - from];
    }
  }

  function paintPage(place, page, seen) {
    const at = frame - page.first;
    const [words, blocks, , lane, brief] = page.panels[at];
    followDown(lane, seen);
    sentence.replaceChildren(build(words));
    heard.textContent = brief;
    panels.replaceChildren(...blocks.map((block) => build(block)));
    page.held.forEach((versions, row) => {
      const found = versions.findLast(([since]) => since <= frame)?.[1];
      slots[row].replaceChildren(...(found ? [build(found)] : []));
      names[row].classList.toggle("yet", head.lanes[row][4] > frame);
    });
    if (shown !== place) {
      rows.replaceChildren(...page.panels.map((panel) => build(panel[2])));
      const last = page.first + page.panels.length - 1;
      const part = count > page.panels.length ? ` (${page.first} to ${last} of ${count})` : "";
      caption.textContent = `${head.title}${part}`;
      shown = place;
    }
    rows.querySelector("[aria-current]")?.removeAttribute("aria-current");
    rows.children[at].setAttribute("aria-current", "step");
  }

  function show(wanted, byHand = false) {
    const next = Math.min(count, Math.max(1, wanted));
    if (next === frame) return;
    const seen = sight();
    frame = next;
    const number = head.calls[frame - 1];
    const whole = number === frame && head.calls[count - 1] === count;
    status.textContent = whole ? `call ${frame} of ${count}` : `call ${number} (${frame} of ${count})`;
    slider.value = String(frame);
    slider.setAttribute("aria-valuetext", status.textContent);
    const idle = { first: frame === 1, previous: frame === 1, next: frame === count,
      last: frame === count, back: !(head.stops[0] < frame), on: !(head.stops.at(-1) > frame) };
    for (const [name, off] of Object.entries(idle)) { // not `disabled`, which would drop the focus
      buttons[name].setAttribute("aria-disabled", String(off));
    }
    cursor.style.left = `${(frame - 1) * head.column}px`;
    curtain.style.left = `${frame * head.column}px`;
    curtain.style.width = `${(count - frame) * head.column}px`;
    follow(seen);
    drawTiles(seen);
    paintNetwork(frame);
    followEdge(seen);
    const place = Math.floor((frame - 1) / head.tile);
    const asked = frame;
    sentence.replaceChildren("…"); // until the page is here
    source.page(place, (page) => { if (frame === asked) paintPage(place, page, seen); });
    source.onShow(number, byHand);
  }

  function play(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => {
      if (!root.isConnected || frame === count) play(false); else show(frame + 1, true);
    }, PAUSE) : 0;
    buttons.play.querySelector("path").setAttribute("d", on ? PAUSED : BUTTONS[3][2]);
    buttons.play.setAttribute("aria-label", on ? "Pause" : "Play");
    buttons.play.title = on ? "Pause" : "Play";
  }

  const acts = {
    first: () => show(1, true),
    last: () => show(count, true),
    previous: () => show(frame - 1, true),
    next: () => show(frame + 1, true),
    back: () => show(head.stops.findLast((stop) => stop < frame) ?? frame, true),
    on: () => show(head.stops.find((stop) => stop > frame) ?? frame, true),
    play: () => { if (!timer && frame === count) show(1, true); play(!timer); },
  };
  for (const [name, node] of Object.entries(buttons)) {
    node.addEventListener("click", () => { if (name !== "play") play(false); acts[name](); });
  }
  slider.addEventListener("input", () => { play(false); show(Number(slider.value), true); });
  root.addEventListener("click", (event) => {
    const found = event.target.closest("[data-call]");
    if (!found || !root.contains(found)) return;
    event.preventDefault();
    play(false);
    // An arrow stands for many calls: each click goes to its next one.
    const later = found.dataset.frames && runs(found.dataset.frames).find(([, last]) => last > frame);
    const first = frameOf.get(Number(found.dataset.call)) ?? frame;
    show(later ? Math.max(later[0], frame + 1) : first, true);
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    event.stopPropagation(); // or the notebook takes the key as a command
    const name = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    const pressing = event.key === " " && event.target.closest("button, select");
    if (!name || pressing || event.target.closest("select")) return;
    event.preventDefault();
    if (name !== "play") play(false);
    acts[name]();
  });
  let due = 0;
  const soon = () => { due ||= requestAnimationFrame(() => { due = 0; drawTiles(sight()); }); };
  lanes.addEventListener("scroll", soon, { passive: true });
  const sizes = new ResizeObserver(() => {
    measureEdges();
    const seen = sight();
    follow(seen);
    followEdge(seen);
    soon();
  });
  sizes.observe(lanes);

  play(false);
  if (source.help !== false) helping(root, root.querySelector(".bar"), HELP);
  host.append(root);
  show(source.frame);
  return {
    showCall: (call) => { if (frameOf.has(call)) show(frameOf.get(call)); },
    destroy: () => { play(false); sizes.disconnect(); root.remove(); },
  };
}

/** Pages that come from Python when they are asked for, and their neighbours with them, so that a
 *  step over the edge of a page waits for nothing.
 *  @param {number} count how many there are @param {(number: number) => void} send */
function pager(count, send) {
  const cache = new Map();
  const waiting = new Map();
  const want = (number) => {
    if (number < 0 || number >= count || cache.has(number) || waiting.has(number)) return;
    waiting.set(number, []);
    send(number);
  };
  return {
    ask: (number, done) => {
      if (cache.has(number)) done(cache.get(number));
      else { want(number); waiting.get(number).push(done); }
      want(number + 1);
      want(number - 1);
    },
    arrived: (number, page) => {
      cache.set(number, page);
      if (cache.size > KEPT) cache.delete(cache.keys().next().value);
      const callbacks = waiting.get(number) ?? [];
      waiting.delete(number);
      callbacks.forEach((done) => done(page));
    },
  };
}

/** The widget: `call` is kept the same both ways. */
function render({ model, el }) {
  let mounted = null;
  let pages = null;
  const names = model.get("_people");
  const select = build(["select", { "aria-label": "Person" },
    ...names.map((name, place) => ["option", { value: place }, name])]);
  const picker = build(["label", { class: "idgraph picker" }, "Person ", select]);
  const arrived = (message) => {
    const { page, number, document: name } = message ?? {};
    if (page !== undefined && name === model.get("_head").name) pages.arrived(number, page);
  };
  const mount = () => {
    mounted?.destroy();
    const head = model.get("_head");
    pages = pager(head.pages, (number) => model.send({ get: number, document: head.name }));
    select.value = String(model.get("_place"));
    mounted = stepper(el, { head, page: pages.ask, frame: head.calls.indexOf(model.get("call")) + 1 || 1,
      onShow: (call, byHand) => { if (byHand) { model.set("call", call); model.save_changes(); } } });
  };
  const moved = () => mounted.showCall(model.get("call"));
  if (names.length > 1) el.append(picker);
  select.addEventListener("change", () => { model.set("_place", Number(select.value)); model.save_changes(); });
  picker.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("msg:custom", arrived);
  model.on("change:_head", mount);
  model.on("change:call", moved);
  mount();
  return () => {
    model.off("msg:custom", arrived);
    model.off("change:_head", mount);
    model.off("change:call", moved);
    mounted.destroy();
  };
}

/** Take away what stands in a host for readers without scripts, but on paper.
 *  @param {HTMLElement} host @returns {any} the data in the script element behind it */
function liven(host) {
  const still = host.querySelector(".still");
  const paper = matchMedia("print");
  still.remove();
  paper.addEventListener("change", () => (paper.matches ? host.append(still) : still.remove()));
  return JSON.parse(host.querySelector("script").textContent);
}

/** Keep the address of a page at an anchor of ours. @param {string} anchor */
function keep(anchor) {
  try { history.replaceState(null, "", `#${anchor}`); }
  catch { /* a page without an address has nothing to keep it in */ }
}

/** Data with each place `{"": n}` filled by the list that was written once for all of them. */
const unfold = (node, shared) => {
  if (Array.isArray(node)) return node.map((child) => unfold(child, shared));
  if (node === null || typeof node !== "object") return node;
  if (Object.hasOwn(node, "")) return unfold(shared[node[""]], shared);
  return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, unfold(child, shared)]));
};

/** A report: each `[data-idgraph-report]` has its pages in the script element behind it. */
function open(hosts) {
  const opened = hosts.map((host) => {
    const data = liven(host);
    const { prefix } = data.head;
    const view = stepper(host, { head: data.head, frame: data.head.start,
      page: (number, done) => done(unfold(data.pages[number], data.shared)),
      onShow: (call, byHand) => { if (byHand && data.linked) keep(`${prefix}call-${call}`); } });
    return { host, view, prefix, own: new Set(data.own), every: new Set(data.head.calls) };
  });
  const go = () => {
    const [, prefix, call] = /^#(.*)call-(\d+)$/.exec(location.hash) ?? [];
    const at = (calls) => (entry) => entry.prefix === prefix && entry[calls].has(Number(call));
    const found = opened.find(at("own")) ?? opened.find(at("every")); // a call may be nobody's
    if (!found) return;
    found.view.showCall(Number(call));
    found.host.scrollIntoView();
  };
  window.addEventListener("hashchange", go);
  go();
}

const hosts = [...document.querySelectorAll("[data-idgraph-report]")];
if (hosts.length) open(hosts);

export default { render };
