// The frame of a page: its contents follow the reader, and each step can be linked to. It builds
// nothing out of data: all words are its own.

const WIDE = "(min-width: 1320px)"; // as in report.css
const LINE = 140; // pixels from the top: what starts above is being read
const SAID = 2000; // milliseconds that a button says what it did

/** Fold the contents where there is no room beside the page, and mark what is being read.
 *  @param {HTMLElement} nav */
function follow(nav) {
  const details = nav.querySelector("details");
  const wide = matchMedia(WIDE);
  const fold = () => { details.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
  nav.addEventListener("click", (event) => { if (!wide.matches && event.target.closest("a")) details.open = false; });
  const entries = [...nav.querySelectorAll("a")].map(
    (link) => ({ link, target: document.getElementById(link.hash.slice(1)) })).filter(({ target }) => target);
  let now = null;
  const mark = () => {
    due = 0;
    const end = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const read = entries.findLast(({ target }) => target.getBoundingClientRect().top < LINE);
    const found = (end && entries.findLast(({ target }) => target.getBoundingClientRect().top < innerHeight)) || read || entries[0];
    if (!found || found.link === now) return;
    now?.removeAttribute("aria-current");
    now = found.link;
    now.setAttribute("aria-current", "location");
    const [line, box] = [now.getBoundingClientRect(), nav.getBoundingClientRect()];
    if (line.top < box.top || line.bottom > box.bottom) nav.scrollTop += line.top - box.top - box.height / 2;
  };
  let due = 0;
  const soon = () => { due ||= requestAnimationFrame(mark); };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  mark();
}

/** Give a stepper a button for the link to the call that it shows.
 *  @param {HTMLElement} root */
function linking(root) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  const name = "Copy link to this call";
  button.textContent = name;
  const said = document.createElement("span");
  said.className = "said-link";
  said.setAttribute("role", "status");
  let timer = 0;
  const say = (words) => {
    clearTimeout(timer);
    said.textContent = words;
    timer = setTimeout(() => { said.textContent = ""; }, SAID);
  };
  button.addEventListener("click", async () => {
    const link = root.querySelector(".calls tr[aria-current] a");
    if (!link) return;
    try { history.replaceState(null, "", link.hash); } catch { /* a page without an address */ }
    try {
      await navigator.clipboard.writeText(link.href);
      say("Link copied");
    } catch { say("The link stands in the address bar"); }
  });
  root.querySelector(":scope > .bar").append(button, said);
}

const nav = document.querySelector("nav.contents");
if (nav) follow(nav);
document.querySelectorAll(".live:has(> .bar)").forEach(linking);
