// The deck and the drills without a kernel. What they ask comes from the notebook's own Python
// (helpers/practice/in_the_page.py); which card comes next is decided as in helpers/practice/deck.py. Your place is
// kept in this browser alone, until you erase it.

const practices = document.querySelectorAll(".practice");
if (practices.length) fetchScript("practice");
// Called by that script.
window.livePractice = ({ topics, deck, drills }) => {
  for (const place of practices) place.dataset.what === "deck" ? showDeck(place, topics, deck) : showDrills(place, drills);
};

// A browser may refuse to keep anything, and what it kept may be from an older deck: then one begins anew.
const kept = {
  read(name) { try { return JSON.parse(localStorage.getItem(name)) ?? {}; } catch { return {}; } },
  write(name, value) { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* not kept */ } },
};

function showDeck(place, topics, cards) {
  const names = ["all", ...topics.filter(topic => cards.some(card => card.topic === topic))];
  const byPlace = new Map(cards.map(card => [card.place + card.text, card])), keys = [...byPlace.keys()];
  const old = kept.read("deck"), state = { topic: names.includes(old.topic) ? old.topic : "all", queues: {} };
  const total = name => keys.filter(key => name === "all" || byPlace.get(key).topic === name);
  const begin = () => names.forEach(name => { state.queues[name] = { waiting: total(name), missed: {} }; });
  begin();
  for (const name of names) {
    const { waiting, missed, known } = old.queues?.[name] ?? {};
    if (!Array.isArray(waiting) || !Array.isArray(known) || typeof missed !== "object") continue;
    const still = waiting.filter(key => byPlace.has(key)), seen = new Set([...still, ...known]);
    state.queues[name] = { waiting: [...still, ...total(name).filter(key => !seen.has(key))], missed: missed ?? {} };
  }
  const keep = () => {
    for (const name of names) {
      const waiting = new Set(state.queues[name].waiting);
      state.queues[name].known = total(name).filter(key => !waiting.has(key));
    }
    kept.write("deck", state);
  };

  const progress = said("p"), card = said("div");
  const show = (answered = false) => {
    const { waiting, missed } = state.queues[state.topic], all = total(state.topic).length;
    progress.textContent = `${all - waiting.length} of ${all} known, ${Object.keys(missed).length} to come back`;
    const next = byPlace.get(waiting[0]);
    card.innerHTML = next ? `${next.text}<p><a href="${next.page}">${next.place}</a></p>${answered ? next.answer : ""}`
      : "<p>All known. Choose another topic, or begin anew.</p>";
    reveal.disabled = answered || !next;
    knew.disabled = missedIt.disabled = !answered;
    keep();
  };
  const rate = known => {
    const { waiting, missed } = state.queues[state.topic], key = waiting.shift(), left = missed[key] ?? 1;
    delete missed[key];
    if (!known) { missed[key] = 2; waiting.splice(3, 0, key); }
    else if (left > 1) { missed[key] = 1; waiting.push(key); }
    show();
    reveal.focus();
  };
  const reveal = button("Show the answer", () => { show(true); knew.focus(); });
  const knew = button("I knew it", () => rate(true)), missedIt = button("I missed it", () => rate(false));
  const anew = button("Begin anew", () => { begin(); show(); });
  const topic = choice("topic", names, state.topic, name => { state.topic = name; show(); });
  place.append(topic, progress, card, row(reveal, knew, missedIt, anew));
  show();
}

function showDrills(place, kinds) {
  const old = kept.read("drills"), names = Object.keys(kinds);
  const state = { kind: names.includes(old.kind) ? old.kind : names[0], at: {} };
  for (const name of names) state.at[name] = (Math.trunc(old.at?.[name]) || 0) % kinds[name].length;
  const task = said("div"), result = said("div"), line = document.createElement("label");
  const typed = document.createElement("input");
  Object.assign(typed, { type: "text", autocomplete: "off", inputMode: "text" });
  line.append("your answer ", typed);
  const drill = () => kinds[state.kind][state.at[state.kind]];
  const set = () => {
    task.innerHTML = drill().task;
    typed.value = "";
    result.replaceChildren();
    kept.write("drills", state);
  };
  const check = button("Check", () => {
    if (!typed.value.trim()) return;
    const verdict = document.createElement("p"), working = document.createElement("div");
    verdict.textContent = judged(typed.value, drill());  // as text: what is typed is nobody's HTML
    if (parsed(typed.value) !== null) working.innerHTML = drill().solution;
    result.replaceChildren(verdict, working);
  });
  const another = button("Another task", () => {
    state.at[state.kind] = (state.at[state.kind] + 1) % kinds[state.kind].length;
    set();
    typed.focus();
  });
  typed.addEventListener("keydown", event => { if (event.key === "Enter") check.click(); });
  place.append(choice("kind", names, state.kind, name => { state.kind = name; set(); }), task, row(line, check, another), result);
  set();
}

// The number that a text means, or null; as parse in helpers/practice/drills.py.
function parsed(text) {
  let bare = text.trim();
  if (/^[+-]?\d{1,3}(?:([, ])\d{3})(?:\1\d{3})*(\.\d+)?$/.test(bare)) bare = bare.replace(/[, ]/g, "");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare) ? Number(bare) : null;
}

function judged(text, { answer, off }) {
  const found = parsed(text), bare = text.trim();
  if (found === null) return `“${bare}” is no number: write it like 18496, 18,496 or 0.69.`;
  if (Math.abs(found - answer) <= off) return "Correct.";
  const comma = `, read as ${found}: a comma parts thousands, a point begins the decimals`;
  return `Not ${bare}${text.includes(",") ? comma : ""}.`;
}

// An element whose changes a screen reader reads out.
function said(tag) {
  const element = document.createElement(tag);
  element.setAttribute("aria-live", "polite");
  return element;
}

function button(label, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", textContent: label });
  made.addEventListener("click", act);
  return made;
}

function row(...elements) {
  const made = document.createElement("div");
  made.className = "row";
  made.append(...elements);
  return made;
}

// One of several names, as radio buttons (live.js).
function choice(label, names, chosen, act) {
  const move = at => act(names[at]);
  return buttons({ label, texts: names, start: names.indexOf(chosen) }, move, `practice-${label}`);
}
