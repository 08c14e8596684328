// The small map: our own ground, the ways to the stations, and a cross to say where one is.
"use strict";

Finder.makeMap = async function (box) {
  const map = L.map(box, { zoomControl: false, zoomSnap: 0.5, minZoom: 12, maxZoom: 19 });
  map.attributionControl.setPrefix("Leaflet");
  const approval = document.querySelector("footer p:last-child").firstChild.textContent.trim().replace(/·\s*$/, "");
  const number = document.querySelector("footer span");
  map.attributionControl.addAttribution(approval.replace(/[<>&]/g, "") + (number ? number.textContent.replace(/[<>&]/g, "") : ""));
  L.control.zoom({ position: "topleft", zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 130 }).addTo(map);
  const routes = Finder.routes ? Finder.lines(Wangge.shapes(Finder.routes)) : [];
  const here = Finder.place && L.latLng(Finder.place[1], Finder.place[0]);
  const ground = new Finder.Ground(map);

  const whole = () => {
    const all = routes.length ? L.latLngBounds(routes.flat()) : here ? here.toBounds(800) : ground.bounds();
    map.fitBounds(all, { padding: [34, 34], maxZoom: 17, animate: false });
  };
  await ground.start(here || null);
  whole();
  Finder.wholeButton(map, whole);

  const lines = routes.map((points, i) => [
    L.polyline(points, { color: "#fff", weight: 9, opacity: 0.9, interactive: false }),
    L.polyline(points, { color: "#14576b", weight: 5, interactive: false }),
    L.marker(points[points.length - 1], { icon: Finder.icon("pin", i + 1, 30), keyboard: false, interactive: false, zIndexOffset: 1000 - i }),
  ]);
  if (here) L.marker(here, { icon: Finder.icon("you", "", 22), keyboard: false, interactive: false, zIndexOffset: 2000 }).addTo(map);
  for (const [, , pin] of lines) pin.addTo(map);

  const show = (chosen) => {
    lines.forEach(([casing, line, pin], i) => {
      for (const layer of [casing, line]) layer.remove();
      pin.getElement().firstChild.classList.toggle("far", i !== chosen);
    });
    if (!lines[chosen]) return;
    for (const layer of lines[chosen].slice(0, 2)) layer.addTo(map);
    map.fitBounds(L.latLngBounds(routes[chosen]), { padding: [44, 44], maxZoom: 17.5, animate: false });
    document.querySelectorAll(".card").forEach((card) => card.classList.toggle("shown", card.id === "s" + (chosen + 1)));
  };
  if (lines.length) show(0);
  Finder.picking(map, box, () => here || map.getCenter());
  window.__mapReady = performance.now();
  return { map, show, pick: () => Finder.startPicking() };
};

// Routes as arrays of [lat, lon].
Finder.lines = function (shapes) {
  const lines = [];
  for (let i = 0; i < shapes.count; i++) {
    const points = [];
    for (let p = shapes.first[i]; p < shapes.first[i + 1]; p++)
      for (let k = shapes.start[p]; k < shapes.start[p + 1]; k++) points.push(Wangge.toLatLng(shapes.xs[k], shapes.ys[k]));
    lines.push(points);
  }
  return lines;
};

Finder.icon = function (name, text, size) {
  const html = document.createElement("div");
  html.className = name;
  html.textContent = text;
  html.setAttribute("aria-hidden", "true");
  return L.divIcon({ html, className: "", iconSize: [size, size] });
};

Finder.wholeButton = function (map, whole) {
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const bar = L.DomUtil.create("div", "leaflet-bar"), button = L.DomUtil.create("button", "", bar);
    button.type = "button";
    button.textContent = Finder.words.whole;
    button.addEventListener("click", whole);
    L.DomEvent.disableClickPropagation(bar);
    return bar;
  };
  control.addTo(map);
};

// The ground of the view, asked for anew when the view leaves what is there.
Finder.Ground = class {
  constructor(map) {
    this.map = map;
    this.part = null;
    this.canvas = new Wangge.Canvas((pen) => this.paint(pen));
  }

  async start(here) {
    const middle = here ? [here.lng, here.lat] : [];
    await this.fetch(here ? [middle[0] - 0.012, middle[1] - 0.01, middle[0] + 0.012, middle[1] + 0.01] : null);
    if (!here) this.map.fitBounds(this.bounds(), { animate: false });
    else this.map.setView(here, 15.5, { animate: false });
    this.canvas.addTo(this.map);
    this.map.on("moveend", () => this.follow());
    this.follow();
  }

  bounds() { const [w, s, e, n] = this.part.box; return L.latLngBounds([s, w], [n, e]); }

  async follow() {
    const view = this.map.getBounds(), wide = view.getEast() - view.getWest();
    const finer = this.part && this.part.box[2] - this.part.box[0] > 0.06 && wide < 0.03;
    if (this.part && !finer && this.bounds().contains(view)) return;
    const more = view.pad(0.4), step = 0.004;
    const down = (v) => Math.floor(v / step) * step, up = (v) => Math.ceil(v / step) * step;
    await this.fetch([down(more.getWest()), down(more.getSouth()), up(more.getEast()), up(more.getNorth())]);
    this.canvas.redraw();
  }

  async fetch(box) {
    const asked = box ? "?box=" + box.map((v) => v.toFixed(3)).join(",") : "";
    if (asked === this.asked) return;
    this.asked = asked;
    const answer = await fetch("/finder/ground" + asked);
    if (!answer.ok) throw new Error("no ground");
    const part = await answer.json();
    for (const layer of Object.values(part.base)) {
      layer.shapes = Wangge.shapes(layer.shapes);
      if (layer.kind) layer.kind = Wangge.numbers(layer.kind);
      if (layer.name) layer.name = Wangge.numbers(layer.name);
      if (layer.points) layer.spot = Wangge.spots(Wangge.shapes(layer.points));
    }
    this.part = part;
  }

  paint(pen) {
    if (!this.part) return;
    const { base, palette } = this.part;
    Wangge.paintBase(pen, base, palette);
    Wangge.labelBase(pen, new Wangge.Labels(pen, palette), base, palette);
  }
};

// Say where one is: tap the map, or bring the place under the cross and press the button.
Finder.picking = function (map, box) {
  const bar = document.getElementById("pick-bar");
  const cross = L.DomUtil.create("div", "cross", box);
  cross.hidden = true;
  let on = false;
  const set = (value) => { on = value; bar.hidden = cross.hidden = !value; };
  map.on("click", (e) => { if (on) Finder.goTo(e.latlng.lng, e.latlng.lat); });
  document.getElementById("pick-here").addEventListener("click", () => Finder.goTo(map.getCenter().lng, map.getCenter().lat));
  document.getElementById("pick-stop").addEventListener("click", () => { set(false); document.getElementById("pick").focus(); });
  Finder.startPicking = () => set(true);
};
