// A verdict, behind `building.js`, `views.js` and `verdict.js` in one module: its words, the calls in
// time as a view, the proof, and the sliders. Python has worked out and drawn all of it.

/** The widget. @param {{model: any, el: HTMLElement}} given */
function renderVerdict({ model, el }) {
  const told = build(["p", { role: "status" }]);
  const [drawn, proof, dials, table] = ["drawn", "proof", "asking", "settings-box"].map(
    (name) => build(["div", { class: name }]));
  const root = build(["div", { class: "idgraph verdict-view mathjax_ignore tex2jax_ignore", role: "group" },
    told, drawn, proof, dials, table]);
  const tell = () => {
    const { title, sentence, mood, proof: blocks, table: rows } = model.get("_told");
    root.setAttribute("aria-label", title);
    told.className = `told ${mood}`;
    if (told.textContent !== sentence) told.textContent = sentence;
    proof.replaceChildren(...blocks.map((block) => build(block)));
    table.replaceChildren(...rows.map((block) => build(block)));
  };
  let take = () => {};
  const ask = () => {
    take();
    const states = model.get("_dials");
    take = states ? mount(dials, states) : () => {};
  };
  tell();
  ask();
  const leave = following(model, drawn);
  el.append(root);
  model.on("change:_told", tell);
  model.on("change:_dials", ask);
  return () => {
    model.off("change:_told", tell);
    model.off("change:_dials", ask);
    leave();
    root.remove();
  };
}

export default { render: renderVerdict };
