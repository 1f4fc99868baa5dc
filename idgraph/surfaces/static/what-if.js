// The what-if: controls that edit a call, and both futures. Python says what each control offers and
// where it stands, and makes the drawings; this module shows them and says what was asked for. It
// stands behind `building.js` in one module.

/** A control under its name. @param {string} name @param {HTMLElement} control */
const row = (name, control, css = "row") => {
  control.setAttribute("aria-label", name); // or the words of a list count as its name for some
  return { control, node: build(["label", { class: css }, ["span", {}, name], control]) };
};
/** A list, and how to fill it: the list stays, so that the focus stays, too. @param {string} name */
function list(name) {
  const made = row(name, build(["select", {}]));
  let held = "";
  return { ...made, offer: (pairs) => {
    if (JSON.stringify(pairs) === held) return;
    held = JSON.stringify(pairs);
    made.control.replaceChildren(...pairs.map(([value, words]) => build(["option", { value }, words])));
  } };
}
const card = (title, ...rows) => build(["div", { class: "card" }, ["h3", {}, title], ...rows]);
/** Words of a list as pairs with their places. @param {string[]} words */
const placed = (words) => words.map((said, place) => [place, said]);

/** Draw both futures to one scale, whatever room there is. @param {HTMLElement} body */
function scale(body) {
  const drawn = [...body.querySelectorAll(".frame > svg")];
  const widths = drawn.map((node) => Number(node.getAttribute("width")));
  drawn.forEach(({ style }, place) => {
    style.width = `${(100 * widths[place]) / Math.max(...widths)}%`;
    style.maxWidth = `${widths[place]}px`;
    style.minWidth = `${Math.floor((widths[place] * 3) / 5)}px`;
  });
}

/** @param {HTMLElement} host @param {{ask: (name: string, what: object) => void,
 *    choose: (call: number) => void, person: (place: number) => void}} source */
function desk(host, source) {
  const [who, which] = [list("Person"), list("Call")];
  const [move, rules, assumed] = [list("Comes"), list("Policy"), list("Open rule")];
  const delay = row("Delayed by (s)", build(["input", { type: "number", step: "any" }]));
  const out = row("Leave this call out", build(["input", { type: "checkbox" }]), "row tick");
  const keys = build(["div", { class: "fields" }]);
  const told = build(["p", { role: "status" }]);
  const count = build(["h3", {}]);
  const reset = build(["button", { type: "button" }, "Take all back"]);
  const edits = build(["div", { class: "list" }]);
  const futures = build(["div", {}]);
  const changes = build(["div", { class: "changed-box" }]);
  const bar = build(["div", { class: "heading" }, ["h3", {}, "Which call"]]);
  const left = build(["div", { class: "column" },
    build(["div", { class: "card" }, bar, who.node, which.node]),
    card("What it carries, and when it comes", keys, move.node, delay.node, out.node)]);
  const right = build(["div", { class: "column" }, told, card("By which rules", rules.node, assumed.node),
    build(["div", { class: "card edits" }, ["div", { class: "heading" }, count, reset], edits])]);
  const root = build(["div", { class: "idgraph what-if mathjax_ignore tex2jax_ignore", role: "group",
    "aria-label": "What if" }, ["div", { class: "desk" }, left, right], futures, changes]);
  let fields = [];
  let calls = [];

  who.control.addEventListener("change", () => source.person(Number(who.control.value)));
  which.control.addEventListener("change", () => source.choose(Number(which.control.value)));
  for (const [name, { control }] of Object.entries({ before: move, policy: rules, assume: assumed })) {
    control.addEventListener("change", () => source.ask(name, { place: Number(control.value) }));
  }
  delay.control.addEventListener("change", () => source.ask("delay", { value: Number(delay.control.value) }));
  out.control.addEventListener("change", () => source.ask("without", { value: out.control.checked }));
  reset.addEventListener("click", () => {
    if (reset.getAttribute("aria-disabled") !== "true") source.ask("reset", {});
  });
  futures.addEventListener("click", (event) => {
    const call = Number(event.target.closest("[data-call]")?.dataset.call);
    if (calls.includes(call)) source.choose(call);
  });
  root.addEventListener("keydown", (event) => {
    const theirs = event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab";
    if (!theirs) event.stopPropagation(); // or the notebook takes the key as a command
  });
  helping(root, bar, [["Tab", "Next control"], ["↑ ↓", "Another choice of a list"],
    ["Enter", "Take what was typed"], ["Space", "Leave the call out, press a button"]]);
  host.append(root);

  /** The fields of a call; those of the next one are the same mostly, and keep the focus. */
  function offerFields(offers) {
    const labels = (all) => JSON.stringify(all.map(({ label }) => label));
    if (labels(fields) !== labels(offers)) {
      fields = offers.map(({ label }, place) => {
        const made = row(label, build(["input", { type: "text" }]), "row key");
        made.control.autocomplete = "off";
        made.control.spellcheck = false;
        made.control.addEventListener("change", () => source.ask("put", { place, value: made.control.value }));
        return { ...made, label };
      });
      keys.replaceChildren(...fields.map(({ node }) => node));
    }
    fields.forEach(({ control }, place) => { control.placeholder = offers[place].empty; });
  }

  const stand = ({ node, control }, [value, edited]) => {
    if (control.value !== String(value)) control.value = String(value);
    node.classList.toggle("edited", edited);
  };

  return {
    people: (names) => { who.offer(placed(names)); who.node.hidden = names.length < 2; },
    offer: (offered) => {
      calls = offered.calls.map(([number]) => number);
      which.offer(offered.calls);
      move.offer(placed(offered.places));
      rules.offer(placed(offered.rules));
      delay.control.disabled = !offered.timed;
      offerFields(offered.fields);
    },
    stand: (place, call, held) => {
      who.control.value = String(place);
      which.control.value = String(call);
      assumed.offer(placed(held.assumed));
      fields.forEach((field, at) => { if (held.fields[at]) stand(field, held.fields[at]); });
      for (const [name, made] of Object.entries({ before: move, delay, policy: rules, assume: assumed })) {
        stand(made, held[name]);
      }
      [out.control.checked] = held.without;
    },
    edits: (made) => {
      count.textContent = made.count;
      reset.setAttribute("aria-disabled", String(!made.edits.length)); // or it would drop the focus
      const focused = [...edits.querySelectorAll("button")].indexOf(root.getRootNode().activeElement);
      const buttons = made.edits.map((_, place) => build(["button", { type: "button" }, `Take back edit ${place + 1}`]));
      buttons.forEach((node, place) => node.addEventListener("click", () => source.ask("back", { place })));
      edits.replaceChildren(...made.edits.map((words, place) => build(["div", { class: "edit" }, words, buttons[place]])));
      if (focused >= 0) (buttons[Math.min(focused, buttons.length - 1)] ?? reset).focus();
    },
    tell: ({ sentence, mood }) => {
      told.className = `told ${mood}`;
      if (told.textContent !== sentence) told.textContent = sentence;
    },
    draw: (trees) => {
      futures.replaceChildren(...trees.map((tree) => build(tree)));
      scale(futures);
    },
    change: (trees) => changes.replaceChildren(...trees.map((tree) => build(tree))),
    destroy: () => root.remove(),
  };
}

/** The widget. @param {{model: any, el: HTMLElement}} given */
function renderWhatIf({ model, el }) {
  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  let waiting = false; // for what was asked for here
  const view = desk(el, {
    ask: (ask, what) => { waiting = true; model.send({ ask, call: model.get("call"), ...what }); },
    choose: (call) => set("call", call),
    person: (place) => set("_place", place),
  });
  const stand = () => view.stand(model.get("_place"), model.get("call"), model.get("_standing"));
  const answered = () => {
    stand();
    // Front ends that run cells anew when a widget changes, as marimo, look at what the screen sets alone.
    if (waiting) { waiting = false; set("_heard", model.get("_standing").turn); }
  };
  const acts = {
    _people: () => view.people(model.get("_people")),
    _offered: () => { view.offer(model.get("_offered")); stand(); },
    _standing: answered,
    _made: () => view.edits(model.get("_made")),
    _told: () => view.tell(model.get("_told")),
    _drawings: () => view.draw(model.get("_drawings")),
    _changes: () => view.change(model.get("_changes")),
  };
  for (const [name, act] of Object.entries(acts)) { act(); model.on(`change:${name}`, act); }
  return () => {
    for (const [name, act] of Object.entries(acts)) model.off(`change:${name}`, act);
    view.destroy();
  };
}

export default { render: renderWhatIf };
