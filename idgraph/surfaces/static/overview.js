// The overview of a fleet: Python filters, counts and draws; this module shows it and says what was
// chosen. It stands behind `building.js` in one module.

/** A list to choose from, under its name. @param {string} name @param {string[][]} options */
function chooser(name, options) {
  const select = build(["select", {}, ...options.map(([value, words]) => ["option", { value }, words])]);
  return { input: select, row: build(["label", {}, ["span", {}, name], select]) };
}

/** A day to choose, in UTC, under its name. @param {string} name @param {string[]} ends */
function dayChooser(name, [min, max]) {
  const input = build(["input", { type: "date", min, max }]);
  return { input, row: build(["label", {}, ["span", {}, name], input]) };
}

/** The widget: four filters, the chapters, and the persons that split.
 *  @param {{model: any, el: HTMLElement}} given */
function renderOverview({ model, el }) {
  const { channels, causes, days } = model.get("_choices");
  const filters = {
    channel: chooser("Channel", channels),
    cause: chooser("Cause", causes),
    since: dayChooser("From (UTC)", days),
    until: dayChooser("To (UTC)", days),
  };
  const all = build(["button", { type: "button" }, "Show all"]);
  const bar = build(["div", { class: "filters", role: "group", "aria-label": "Filters" },
    ...Object.values(filters).map(({ row }) => row), all]);
  const status = build(["p", { class: "told", role: "status" }]);
  const [people, chapters] = [build(["div", { class: "people" }]), build(["div", { class: "chapters" }])];
  const root = build(["div", { class: "idgraph live fleet mathjax_ignore tex2jax_ignore",
    role: "group", "aria-label": "A fleet at a glance" }, bar, status, chapters, people]);

  const stand = () => {
    for (const [name, { input }] of Object.entries(filters)) input.value = model.get(name);
    const given = Object.keys(filters).some((name) => model.get(name));
    all.setAttribute("aria-disabled", String(!given)); // not `disabled`, which would drop the focus
  };
  const mark = () => {
    for (const row of people.querySelectorAll("[data-call]")) {
      if (Number(row.dataset.call) === model.get("call")) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  };
  const draw = () => {
    const shown = model.get("_shown");
    // What was unfolded stays so.
    const open = [...chapters.querySelectorAll("details")].map((node) => node.open);
    status.textContent = shown.told;
    chapters.replaceChildren(...shown.chapters.map((tree) => build(tree)));
    [...chapters.querySelectorAll("details")].forEach((node, place) => { node.open = Boolean(open[place]); });
    people.replaceChildren(build(shown.people));
    mark();
  };
  const choose = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  for (const [name, { input }] of Object.entries(filters)) {
    input.addEventListener("change", () => choose({ [name]: input.value }));
  }
  all.addEventListener("click", () => choose({ channel: "", cause: "", since: "", until: "" }));
  people.addEventListener("click", (event) => {
    const row = event.target.closest("[data-call]");
    if (!row) return;
    event.preventDefault();
    choose({ call: Number(row.dataset.call) });
    mark();
  });
  // Or the notebook takes the key as a command.
  root.addEventListener("keydown", (event) => { if (event.key !== "Tab") event.stopPropagation(); });

  const names = Object.keys(filters).map((name) => `change:${name}`).join(" ");
  model.on(names, stand);
  model.on("change:_shown", draw);
  model.on("change:call", mark);
  stand();
  draw();
  el.append(root);
  return () => {
    model.off(names, stand);
    model.off("change:_shown", draw);
    model.off("change:call", mark);
    root.remove();
  };
}

export default { render: renderOverview };
