// The small map: our own ground, the ways to the stations, and a cross to say where one is.
"use strict";

Finder.makeMap = async function (box, chosen) {
  const map = L.map(box, { zoomControl: false, zoomSnap: 0.25, minZoom: 11, maxZoom: 19 });
  map.attributionControl.setPrefix("Leaflet");
  map.attributionControl.addAttribution(Finder.credit);
  L.control.zoom({ position: "topleft", zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 130, position: "topright" }).addTo(map);
  const routes = Finder.routes ? Finder.lines(Wangge.shapes(Finder.routes)) : [];
  const here = Finder.place && L.latLng(Finder.place[1], Finder.place[0]);
  const ground = new Finder.Ground(map);

  const whole = () => {
    const all = routes.length ? L.latLngBounds(routes.flat()) : here ? here.toBounds(800) : ground.bounds();
    const edge = routes.length ? 34 : 6;
    map.fitBounds(all, { paddingTopLeft: [routes.length ? beside : edge, edge], paddingBottomRight: [edge, edge], maxZoom: 17, animate: false });
  };
  const beside = Finder.elder ? 110 : 76;
  const way = (i) => map.fitBounds(L.latLngBounds(routes[i]), { paddingTopLeft: [beside, 40], paddingBottomRight: [30, 44], maxZoom: 17.5, animate: false });
  if (routes.length) way(chosen);
  else if (here) whole();
  await ground.start();
  if (!routes.length && !here) whole();
  Finder.wholeButton(map, whole);

  const lines = routes.map((points, i) => [
    L.polyline(points, { color: "#fff", weight: 9, opacity: 0.9, interactive: false }),
    L.polyline(points, { color: "#14576b", weight: 5, interactive: false }),
    L.marker(points[points.length - 1], { icon: Finder.icon("pin", i + 1, 30), keyboard: false, interactive: false, zIndexOffset: 1000 - i }),
  ]);
  if (here) L.marker(here, { icon: Finder.icon("you", "", 22), keyboard: false, interactive: false, zIndexOffset: 2000 }).addTo(map);
  for (const [, , pin] of lines) pin.addTo(map);

  const show = (number) => {
    lines.forEach(([casing, line, pin], i) => {
      for (const layer of [casing, line]) layer.remove();
      pin.getElement().firstChild.classList.toggle("far", i !== number);
    });
    if (!lines[number]) return;
    for (const layer of lines[number].slice(0, 2)) layer.addTo(map);
    way(number);
    document.querySelectorAll(".card").forEach((card) => card.classList.toggle("shown", card.id === "s" + (number + 1)));
  };
  if (lines.length) show(chosen);
  Finder.picking(map, box, () => here || map.getCenter());
  box.dataset.ready = "yes";
  window.__mapReady = performance.now();
  return { show, pick: () => Finder.startPicking(), fit: () => map.invalidateSize({ animate: false }) };
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

  // The view as it is, or the whole district where there is none yet.
  async start() {
    if (this.map._loaded) await this.follow();
    else {
      await this.fetch(null, 0);
      this.map.fitBounds(this.bounds(), { animate: false });
    }
    this.canvas.addTo(this.map);
    this.map.on("moveend", () => this.follow());
  }

  bounds() { const [w, s, e, n] = this.part.box; return L.latLngBounds([s, w], [n, e]); }

  async follow() {
    const view = this.map.getBounds(), zoom = Math.min(17, Math.floor(this.map.getZoom() + 0.01));
    if (this.part && zoom <= this.zoom && this.bounds().contains(view)) return;
    const more = view.pad(0.2), step = 0.001;
    const down = (v) => Math.floor(v / step) * step, up = (v) => Math.ceil(v / step) * step;
    await this.fetch([down(more.getWest()), down(more.getSouth()), up(more.getEast()), up(more.getNorth())], zoom);
    this.canvas.redraw();
  }

  async fetch(box, zoom) {
    const asked = box ? "?zoom=" + zoom + "&box=" + box.map((v) => v.toFixed(3)).join(",") : "";
    if (asked === this.asked) return;
    this.asked = asked;
    const answer = await fetch("/finder/ground" + asked);
    if (!answer.ok) throw new Error("no ground");
    const part = await answer.json();
    if (asked !== this.asked) return;
    for (const layer of Object.values(part.base)) {
      layer.shapes = Wangge.shapes(layer.shapes);
      if (layer.kind) layer.kind = Wangge.numbers(layer.kind);
      if (layer.name) layer.name = Wangge.numbers(layer.name);
      if (layer.points) layer.spot = Wangge.spots(Wangge.shapes(layer.points));
    }
    this.part = part;
    this.zoom = zoom;
  }

  paint(pen) {
    if (!this.part) return;
    const { base, palette } = this.part;
    Wangge.paintBase(pen, base, palette);
    Wangge.labelBase(pen, new (Finder.elder ? Finder.LargeLabels : Wangge.Labels)(pen, palette), base, palette);
  }
};

// Names as large as the rest of the page in large type; fewer find room, none is small.
Finder.LargeLabels = class extends Wangge.Labels {
  place(text, x, y, look) { return super.place(text, x, y, { ...look, size: 24, weight: 700, room: Infinity }); }
  along(text, line, size, colour) { return super.along(text, line, 24, colour); }
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
