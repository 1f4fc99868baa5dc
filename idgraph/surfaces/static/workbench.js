// The workbench: Python keeps the history, sorts, filters and searches; this module shows what it is
// given and sends back what somebody does. All words are set as text. What somebody types goes to
// Python as a message and is in no state that a notebook saves.

let made = 0; // ids hold a number of ours and nothing else

/** @param {string} tag @param {Record<string, any>} attributes @param {(Node | string)[]} children */
function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** A button that does something. @param {string} words @param {() => void} act */
function button(words, act, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, words);
  node.addEventListener("click", () => { if (node.getAttribute("aria-disabled") !== "true") act(); });
  return node;
}

/** A field with its name. @param {string} words @param {HTMLElement} control */
const field = (words, control, css = "field") =>
  element("label", { class: css }, element("span", {}, words), control);

/** A list of choices, the first for all. @param {[string, string][]} pairs */
function choice(pairs, chosen) {
  const node = element("select", {}, ...pairs.map(([value, words]) => element("option", { value }, words)));
  node.value = chosen;
  return node;
}

/** Set words only where they changed, or a screen reader says them again. */
const say = (node, words) => { if (node.textContent !== words) node.textContent = words; };

/** Text in which code stands between backquotes, as nodes. @param {string} words */
const rich = (words) => words.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));

/** Move focus among nodes by arrow keys; only one of them is a stop of the Tab key. */
function roving(root, find, keys) {
  root.addEventListener("keydown", (event) => {
    const nodes = find();
    const at = nodes.indexOf(document.activeElement);
    const to = { [keys[0]]: at - 1, [keys[1]]: at + 1, Home: 0, End: nodes.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const node = nodes[Math.max(0, Math.min(nodes.length - 1, to))];
    nodes.forEach((one) => one.setAttribute("tabindex", one === node ? "0" : "-1"));
    node.focus();
  });
}

// --- opening a file -------------------------------------------------------------------------------

function opening(el, ask) {
  const list = element("datalist", { id: `wb-files-${made += 1}` });
  const path = element("input", { type: "text", list: list.id, spellcheck: "false", autocomplete: "off",
    placeholder: "calls.jsonl, a folder, or logs/*.jsonl.gz" });
  const policy = element("select", {});
  const map = element("textarea", { rows: 2, spellcheck: "false", placeholder: "email=payload.user.mail" });
  const observe = element("textarea", { rows: 2, spellcheck: "false", placeholder: "events.csv" });
  const entries = element("ul", { class: "entries" });
  const here = element("p", { class: "here" });
  const error = element("div", { class: "error", role: "alert" });
  const busy = element("p", { class: "busy", role: "status" });
  const open = () => ask("open", { path: path.value, policy: policy.value, map: map.value, observe: observe.value });
  const form = element("form", { class: "opening" },
    field("Log to open: a file, a folder, or a pattern", path, "field wide-field"),
    element("div", { class: "row" }, field("Rules of", policy), button("Open", open, { class: "main" })),
    here, entries,
    element("details", { class: "own" }, element("summary", {}, "More"),
      field("Where columns stand in a log of your own, one a line, or a TOML file", map, "field wide-field"),
      field("Exports that show where the platform filed the calls, one a line", observe, "field wide-field")));
  form.addEventListener("submit", (event) => { event.preventDefault(); open(); });
  path.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); open(); } });
  const head = element("summary", {}, "Open a log");
  const fold = element("details", { class: "own fold" }, head, form);
  el.append(element("h2", { class: "title" }, "Why is this one person two profiles?"), fold, busy, error);
  let opened;
  fold.addEventListener("toggle", () => { if (fold.open && opened) ask("list", {}); });
  return {
    show(state) {
      const before = policy.value;
      policy.replaceChildren(element("option", { value: "" }, "whichever the requests show"),
        ...state.policies.map(([name, title]) => element("option", { value: name }, `${name}: ${title}`)));
      policy.value = before;
      say(busy, state.busy ? `${state.busy} ...` : "");
      if (state.opened !== opened) {
        opened = state.opened;
        fold.open = !opened;
        head.textContent = opened ? "Open another log" : "Open a log";
      }
    },
    hear(words) {
      if (document.activeElement !== path && words.path !== undefined) path.value = words.path;
      if (words.map !== undefined) map.value = words.map;
      if (words.observe !== undefined) observe.value = words.observe;
      error.replaceChildren();
      if (words.error) {
        const { found, where, remedy } = words.error;
        error.append(element("p", {}, element("strong", {}, ...rich(`${found[0].toUpperCase()}${found.slice(1)}.`))));
        if (where) error.append(element("p", {}, "Where: ", element("code", {}, where)));
        if (remedy) error.append(element("p", {}, ...rich(remedy)));
      }
      if (!words.folder) return;
      here.replaceChildren("In the folder ", element("code", {}, words.folder));
      const join = (name) => `${words.folder.replace(/\/$/, "")}/${name}`;
      const go = (folder) => ask("list", { folder });
      const item = (words_, act) => element("li", {}, button(words_, act));
      entries.replaceChildren(item("Up", () => go(words.up)),
        element("li", {}, button("Open this folder", () => { path.value = words.folder; open(); })),
        ...words.folders.map((name) => item(`${name}/`, () => go(join(name)))),
        ...words.files.map((name) => item(name, () => { path.value = join(name); open(); })));
      if (words.left) entries.append(element("li", {}, `and ${words.left} more`));
      list.replaceChildren(...words.files.map((name) => element("option", { value: join(name) })));
      el.append(list);
    },
  };
}

// --- the persons ----------------------------------------------------------------------------------

function persons(el, ask) {
  const split = choice([["1", "persons that split"], ["", "all persons"]], "1");
  const [cause, channel] = [element("select", {}), element("select", {})];
  const day = () => element("input", { type: "date" });
  const [since, until] = [day(), day()];
  const text = element("input", { type: "search", autocomplete: "off", spellcheck: "false",
    placeholder: "an address, id or phone number" });
  const told = element("p", { class: "told", role: "status" });
  const [head, rows] = [element("tr", {}), element("tbody", {})];
  const find = () => { ask("find", { text: text.value }); };
  const filters = element("div", { class: "row filters", role: "group", "aria-label": "Filters" },
    field("Show", split), field("Cause", cause), field("Channel", channel), field("From day", since),
    field("To day", until));
  const form = element("form", { class: "row", role: "search" },
    field("Find who carries", text, "field wide-field"), button("Find", find),
    button("Back to all", () => { text.value = ""; find(); }));
  form.addEventListener("submit", (event) => { event.preventDefault(); find(); });
  filters.addEventListener("change", () => ask("filter", { split: split.value === "1", cause: cause.value,
    channel: channel.value, since: since.value, until: until.value }));
  let page = 1;
  const [back, on] = [["Previous page", -1], ["Next page", 1]].map(([words, by]) =>
    button(words, () => ask("page", { page: page + by })));
  const pager = element("div", { class: "row pager", role: "group", "aria-label": "Pages" }, back, on);
  const table = element("table", { class: "persons" }, element("caption", {}, "Persons"),
    element("thead", {}, head), rows);
  const wide = element("div", { class: "wide", role: "group", tabindex: 0, "aria-label": "Persons" }, table);
  const root = element("section", { "aria-label": "Persons" }, element("h3", {}, "Persons"),
    filters, form, told, wide, pager);
  root.hidden = true;
  el.append(root);
  roving(rows, () => [...rows.querySelectorAll("button")], ["ArrowUp", "ArrowDown"]);
  let columns = "";
  return {
    show(state) {
      root.hidden = !state.rows;
      if (!state.rows) return;
      ({ page } = state);
      const pick = (node, all, values, chosen) => {
        node.replaceChildren(element("option", { value: "" }, all),
          ...values.map((one) => element("option", { value: one }, one)));
        node.value = chosen;
      };
      pick(cause, "any", state.choices.cause, state.wanted.cause);
      pick(channel, "any", state.choices.channel, state.wanted.channel);
      split.value = state.wanted.split ? "1" : "";
      [since.value, until.value] = [state.wanted.since, state.wanted.until];
      say(told, state.told);
      if (!columns) {
        columns = state.columns;
        head.replaceChildren(...columns.map(([key, title]) =>
          element("th", { scope: "col", "data-column": key }, button(title, () => ask("sort", { column: key })))));
      }
      for (const cell of head.children) {
        const mine = cell.dataset.column === state.sorted;
        cell.setAttribute("aria-sort", mine ? (state.descending ? "descending" : "ascending") : "none");
      }
      const held = rows.contains(document.activeElement) ? document.activeElement.dataset.place : "";
      const some = state.rows.some(([place]) => place === state.chosen);
      rows.replaceChildren(...state.rows.map(([place, [name, ...cells]], at) => {
        const mine = place === state.chosen;
        const act = () => ask("choose", { place });
        const stop = (some ? mine : at === 0) ? 0 : -1;
        const row = element("tr", mine ? { "aria-current": "true" } : {},
          element("th", { scope: "row" }, button(name, () => {}, { tabindex: stop, "data-place": place })),
          ...cells.map((words) => element("td", {}, words)));
        row.addEventListener("click", act);
        return row;
      }));
      if (held) [...rows.querySelectorAll("button")].find((one) => one.dataset.place === held)?.focus();
      back.setAttribute("aria-disabled", String(page <= 1));
      on.setAttribute("aria-disabled", String(page >= state.pages));
      pager.hidden = state.pages < 2;
    },
  };
}

// --- the chosen person ----------------------------------------------------------------------------

function chosen(el, ask) {
  const [title, told] = [element("h3", {}), element("p", { class: "happened" })];
  const add = button("Add to cases", () => ask("add", {}));
  const tabs = element("div", { class: "tabs", role: "tablist", "aria-label": "Ways to look at the person" });
  const busy = element("p", { class: "busy", role: "status" });
  const none = element("p", { class: "empty" });
  const root = element("section", { "aria-label": "The chosen person" },
    element("div", { class: "row head" }, title, add), told, tabs, busy);
  root.hidden = true;
  el.append(root, none);
  roving(tabs, () => [...tabs.children], ["ArrowLeft", "ArrowRight"]);
  /** Tell the panel, which ipywidgets draws, what it is. */
  const link = (mine) => {
    const panel = el.closest(".workbench")?.querySelector(".wb-panel");
    if (!panel) return;
    if (!panel.id) panel.id = `wb-panel-${made += 1}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", mine.id);
    mine.setAttribute("aria-controls", panel.id);
  };
  return {
    show(state) {
      root.hidden = !state.tabs;
      say(none, state.empty ?? "");
      if (!state.tabs) return;
      say(title, state.title);
      told.replaceChildren(...rich(state.told));
      say(busy, state.busy ? `${state.busy} ...` : "");
      say(add, state.added ? "In the cases" : "Add to cases");
      add.setAttribute("aria-disabled", String(state.added));
      if (!tabs.children.length) {
        tabs.append(...state.tabs.map(([key, words]) => {
          const act = () => { if (node.getAttribute("aria-selected") !== "true") ask("tab", { tab: key }); };
          const node = button(words, act, { role: "tab", id: `wb-tab-${made += 1}`, "data-tab": key });
          return node;
        }));
      }
      for (const node of tabs.children) {
        const mine = node.dataset.tab === state.tab;
        node.setAttribute("aria-selected", String(mine));
        node.setAttribute("tabindex", mine ? "0" : "-1");
        if (mine) setTimeout(() => link(node), 0);
      }
    },
  };
}

// --- the cases ------------------------------------------------------------------------------------

function cases(el, ask) {
  const list = element("ul", { class: "cases" });
  const none = element("p", { class: "empty" },
    "No case yet. Choose a person, press “Add to cases”, and write the report here.");
  const input = () => element("input", { type: "text", spellcheck: "false", autocomplete: "off" });
  const [path, title, bundle, folder] = [input(), input(), input(), input()];
  const note = element("textarea", { rows: 2 });
  const over = element("input", { type: "checkbox" });
  const said = element("p", { class: "said", role: "status" });
  const write = (what, where) => ask("write", { what, path: where.value, title: title.value,
    note: note.value, over: over.checked });
  const line = (name, control, words, what) => element("div", { class: "row" },
    field(name, control, "field wide-field"), button(words, () => write(what, control)));
  const forms = element("div", { class: "writing" },
    field("Title of the report", title, "field wide-field"),
    field("Note for the report, in Markdown, as written", note, "field wide-field"),
    line("Report", path, "Write report", "report"),
    line("Bundle for support (ZIP)", bundle, "Write bundle", "bundle"),
    line("Reproducer (a folder)", folder, "Write reproducer", "reproducer"),
    element("label", { class: "tick" }, over, "Write over it if it is there already"));
  const root = element("section", { "aria-label": "Cases" }, element("h3", {}, "Cases"), none, list, forms, said);
  root.hidden = true;
  el.append(root);
  const notes = new Map();
  return {
    show(state) {
      root.hidden = !state.cases;
      if (!state.cases) return;
      none.hidden = state.cases.length > 0;
      forms.hidden = !none.hidden;
      notes.clear();
      list.replaceChildren(...state.cases.map(([place, name, cause]) => {
        const text = element("textarea", { rows: 1 });
        text.addEventListener("change", () => ask("note", { place, text: text.value }));
        notes.set(String(place), text);
        return element("li", {}, element("strong", {}, name), " ", element("code", {}, cause),
          field("Note", text, "field wide-field"),
          button("Remove", () => ask("remove", { place }), { "aria-label": `Remove ${name}` }));
      }));
    },
    hear(words) {
      for (const [place, text] of Object.entries(words.notes ?? {})) {
        if (notes.has(place) && document.activeElement !== notes.get(place)) notes.get(place).value = text;
      }
      for (const [control, name] of [[path, "path"], [bundle, "bundle"], [folder, "reproducer"]]) {
        if (!control.value && words[name]) control.value = words[name];
      }
      say(said, words.said ?? "");
      said.className = `said ${words.mood ?? ""}`;
    },
  };
}

// --- the Python lines -----------------------------------------------------------------------------

function lines(el) {
  const last = element("code", {});
  const all = element("code", {});
  const said = element("span", { class: "copied", role: "status" });
  let text = "";
  const copy = (words) => navigator.clipboard.writeText(words).then(
    () => say(said, "Copied."), () => say(said, "The browser does not let it be copied: select it."));
  el.append(element("section", { class: "lines", "aria-label": "The same in Python" },
    element("div", { class: "row head" }, element("h3", {}, "The same in Python"), said,
      button("Copy this line", () => copy(last.textContent)), button("Copy all lines", () => copy(text))),
    element("pre", { tabindex: 0, role: "group", "aria-label": "The last line" }, last),
    element("details", { class: "own" }, element("summary", {}, "All lines so far"),
      element("pre", { tabindex: 0, role: "group", "aria-label": "All lines" }, all))));
  return {
    show() {},
    hear(words) {
      text = `${(words.lines ?? []).join("\n")}\n`;
      say(last, words.lines?.at(-1) ?? "");
      say(all, text);
    },
  };
}

const KINDS = { open: opening, persons, chosen, cases, lines };

/** @param {{model: {get(name: string): any, send(content: any): void,
 *    on(event: string, act: (...given: any[]) => void): void,
 *    off(event: string, act: (...given: any[]) => void): void}, el: HTMLElement}} given */
function render({ model, el }) {
  const kind = model.get("kind");
  el.classList.add("idgraph", "wb", `wb-${kind}`, "mathjax_ignore", "tex2jax_ignore");
  const part = KINDS[kind](el, (name, more) => model.send({ ...more, do: name }));
  // Or the notebook takes the key as a command.
  const keep = (event) => { if (event.key !== "Tab" && !event.ctrlKey && !event.metaKey) event.stopPropagation(); };
  el.addEventListener("keydown", keep);
  const show = () => part.show(model.get("state"));
  const hear = (message) => { if (message?.whispered) part.hear?.(message.whispered); };
  model.on("change:state", show);
  model.on("msg:custom", hear);
  show();
  model.send({ do: "hello" });
  return () => {
    model.off("change:state", show);
    model.off("msg:custom", hear);
    el.removeEventListener("keydown", keep);
  };
}

export default { render };
