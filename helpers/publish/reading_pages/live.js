// Live figures without a kernel: every frame was drawn by the notebook's own Python when the pages were built
// (helpers/publish/frames.py), and comes in a script when the reader comes near. Until then, in print, and where that
// fails, the saved picture stands in its place.

const places = new Map([...document.querySelectorAll(".live")].map(place => [place.dataset.figure, place]));

const near = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    fetchScript(target.dataset.figure);
  }
}, { rootMargin: "1500px" });
places.forEach(place => near.observe(place));

// A page that is opened as a file may load nothing but scripts; each calls one of the window's functions.
function fetchScript(name) {
  const script = document.createElement("script");
  script.src = `live/${name}.js`;
  document.head.append(script);
}

window.liveFigure = async (name, data) => {
  const [first, tiles, states] = await Promise.all([decoded(data.first), decoded(data.tiles), unpacked(data.states)]);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: first.naturalWidth, height: first.naturalHeight });
  const ink = canvas.getContext("2d"), size = data.tile, perRow = Math.ceil(canvas.width / size);
  const chosen = data.controls.map(control => control.start);

  const draw = () => {
    const frame = chosen.reduce((number, at, k) => number * data.controls[k].texts.length + at, 0);
    const [where, which] = states.frames[frame];
    ink.drawImage(first, 0, 0);
    where.forEach((at, k) => {
      const x = which[k] % data.across * size, y = Math.floor(which[k] / data.across) * size;
      ink.drawImage(tiles, x, y, size, size, at % perRow * size, Math.floor(at / perRow) * size, size, size);
    });
    canvas.setAttribute("aria-label", states.alts[frame]);
  };

  const form = document.createElement("form");
  data.controls.forEach((control, k) => {
    const move = at => { chosen[k] = at; draw(); };
    form.append((control.kind === "slider" ? slider : buttons)(control, move, `${name}-${k}`));
  });
  draw();
  comeAlive(name, form, canvas);
};

// Puts controls and a canvas in the place of the saved picture; a screen reader says what is seen after each move.
function comeAlive(name, form, canvas) {
  const place = places.get(name), said = document.createElement("p");
  said.className = "said";
  said.setAttribute("role", "status");
  canvas.setAttribute("role", "img");
  form.addEventListener("change", () => { said.textContent = canvas.getAttribute("aria-label"); });
  place.append(form, canvas, said);
  pictureAfter(place).classList.add("still");
}

// For a picture that the page computes: white paper of width * height, twice as fine as the page's pixels.
function freshInk(canvas, [width, height]) {
  Object.assign(canvas, { width: 2 * width, height: 2 * height });
  const ink = canvas.getContext("2d");
  ink.scale(2, 2);
  Object.assign(ink, { imageSmoothingEnabled: false, fillStyle: "white", textAlign: "center", textBaseline: "middle" });
  ink.fillRect(0, 0, width, height);
  return ink;
}

function write(ink, text, size, x, y, most) {
  Object.assign(ink, { fillStyle: "#222222", font: `${size}px sans-serif` }).fillText(text, x, y, most);
}

function slider({ label, texts, start }, move) {
  const line = document.createElement("label"), range = document.createElement("input");
  const value = document.createElement("output");
  Object.assign(range, { type: "range", min: 0, max: texts.length - 1, value: start });
  const tell = () => {
    value.textContent = texts[range.value];
    range.setAttribute("aria-valuetext", texts[range.value]);
  };
  range.addEventListener("input", () => { tell(); move(Number(range.value)); });
  tell();
  line.append(label, range, value);
  return line;
}

function buttons({ label, texts, start }, move, name) {
  const group = document.createElement("fieldset"), legend = document.createElement("legend");
  legend.textContent = label;
  group.append(legend);
  texts.forEach((text, at) => {
    const line = document.createElement("label"), radio = document.createElement("input");
    Object.assign(radio, { type: "radio", name, checked: at === start });
    radio.addEventListener("input", () => move(at));
    line.append(radio, text);
    group.append(line);
  });
  return group;
}

// The picture that the notebook saved below the controls.
function pictureAfter(place) {
  const after = image => place.compareDocumentPosition(image) & Node.DOCUMENT_POSITION_FOLLOWING;
  return [...place.closest(".cell_output").querySelectorAll("img")].find(after);
}

async function decoded(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

const bytesOf = base64 => Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));

// Base64 of zlib of JSON.
async function unpacked(text) {
  return new Response(new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}
