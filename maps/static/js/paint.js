// Drawing on canvas: a Leaflet renderer that covers the view, and the painters of base and theme.
"use strict";

// A canvas a little larger than the view; `draw(pen)` is called whenever it must be drawn anew.
Wangge.Canvas = L.Renderer.extend({
  options: { padding: 0.12 },
  initialize: function (draw, options) {
    this._draw = draw;
    L.Renderer.prototype.initialize.call(this, options);
  },
  getEvents: function () {
    const events = L.Renderer.prototype.getEvents.call(this);
    events.move = this._onMove;
    events.resize = this._update;
    return events;
  },
  // All of it, or only what lies in a box of map units: the rest stays as it was drawn.
  redraw: function (box) {
    if (!this._map) return;
    const pen = this._pen;
    if (!box || !pen || pen.paper || pen.zoom !== this._map.getZoom()) return this._update();
    const near = (v, side) => v * pen.scale - side, room = 8;
    const [w, n] = [Math.floor(near(box[0], pen.x0) - room), Math.floor(near(box[1], pen.y0) - room)];
    const [e, s] = [Math.ceil(near(box[2], pen.x0) + room), Math.ceil(near(box[3], pen.y0) + room)];
    const margin = room / pen.scale, view = { west: box[0] - 2 * margin, north: box[1] - 2 * margin, east: box[2] + 2 * margin, south: box[3] + 2 * margin };
    pen.ctx.save();
    pen.ctx.beginPath();
    pen.ctx.rect(w, n, e - w, s - n);
    pen.ctx.clip();
    pen.ctx.clearRect(w, n, e - w, s - n);
    this._draw({ ...pen, view });
    pen.ctx.restore();
  },
  _initContainer: function () {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    if (this.options.name) this._container.classList.add(this.options.name);
  },
  _destroyContainer: function () { this._container.remove(); },
  _onMove: function () {
    if (this._map._animatingZoom || !this._bounds) return;
    const size = this._map.getSize();
    const corner = this._map.containerPointToLayerPoint([0, 0]).round();
    if (!this._bounds.contains(L.bounds(corner, corner.add(size)))) this._update();
  },
  _update: function () {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize(), canvas = this._container;
    const paper = matchMedia("print").matches;
    const ratio = paper ? 2 : Math.min(window.devicePixelRatio || 1, 3);
    canvas.width = Math.round(size.x * ratio);
    canvas.height = Math.round(size.y * ratio);
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    L.DomUtil.setPosition(canvas, this._bounds.min);
    // On paper a canvas is replayed stroke by stroke, which is large and not shown alike by
    // every reader: draw aside and hand over one picture.
    const aside = paper ? canvas.cloneNode() : canvas;
    const ctx = aside.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.lineJoin = "round";
    ctx.lineCap = "round";
    this._pen = { ...Wangge.pen(ctx, this._map, this._bounds), paper };
    this._draw(this._pen);
    if (paper) canvas.getContext("2d").drawImage(aside, 0, 0);
  },
});

// Where and how large: pixel = unit · scale − origin; metres on the ground are `perMetre` pixels.
Wangge.pen = function (ctx, map, bounds) {
  const zoom = map.getZoom(), scale = 2 ** (zoom - Wangge.UNIT_ZOOM);
  const origin = bounds.min.add(map.getPixelOrigin()), size = bounds.getSize();
  const latitude = (map.getCenter().lat * Math.PI) / 180;
  return {
    ctx, zoom, scale, x0: origin.x, y0: origin.y, width: size.x, height: size.y,
    perMetre: (256 * 2 ** zoom) / (40075016.686 * Math.cos(latitude)),
    view: { west: origin.x / scale, north: origin.y / scale, east: (origin.x + size.x) / scale, south: (origin.y + size.y) / scale },
  };
};

// Add shape i to the current path, leaving out points closer than half a pixel.
Wangge.trace = function (pen, shapes, i, closed) {
  const { ctx, scale, x0, y0 } = pen, { xs, ys, start, first } = shapes;
  for (let p = first[i]; p < first[i + 1]; p++) {
    let lastX = NaN, lastY = NaN;
    const to = start[p + 1];
    for (let k = start[p]; k < to; k++) {
      const x = xs[k] * scale - x0, y = ys[k] * scale - y0;
      if (k === start[p]) ctx.moveTo(x, y);
      else if (k < to - 1 && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.7) continue;
      else ctx.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
    if (closed) ctx.closePath();
  }
};

Wangge.pathOf = function (pen, shapes, wanted, closed) {
  pen.ctx.beginPath();
  for (let i = 0; i < shapes.count; i++)
    if (wanted(i) && Wangge.meets(shapes, i, pen.view)) Wangge.trace(pen, shapes, i, closed);
};

Wangge.paintBase = function (pen, base, palette) {
  const { ctx } = pen;
  ctx.fillStyle = palette.ground.land;
  ctx.fillRect(0, 0, pen.width, pen.height);
  if (base.landuse)
    for (const kind of Object.keys(palette.landuse)) {
      const k = base.landuse.kinds.indexOf(kind);
      if (k < 0) continue;
      Wangge.pathOf(pen, base.landuse.shapes, (i) => base.landuse.kind[i] === k, true);
      ctx.fillStyle = palette.landuse[kind];
      ctx.fill("evenodd");
    }
  Wangge.paintBarriers(pen, base, palette, ["river"]);
  if (base.building && pen.zoom >= palette.building.from_zoom) {
    Wangge.pathOf(pen, base.building.shapes, () => true, true);
    ctx.fillStyle = palette.building.fill;
    ctx.fill();
    ctx.lineWidth = 0.6;
    ctx.strokeStyle = palette.building.line;
    ctx.stroke();
  }
  Wangge.paintStreets(pen, base, palette);
  Wangge.paintBarriers(pen, base, palette, ["rail", "wall"]);
};

Wangge.paintStreets = function (pen, base, palette) {
  if (!base.street) return;
  const { ctx } = pen;
  const classes = palette.street
    .map((c, k) => ({ c, k: base.street.kinds.indexOf(k), px: Math.max(c.min_px, c.width_m * pen.perMetre) }))
    .filter(({ c, k }) => k >= 0 && pen.zoom >= c.from_zoom)
    .reverse();
  for (const casing of [true, false])
    for (const { c, k, px } of classes) {
      const plain = px < 2.2;
      if (casing && (plain || c.dash)) continue;
      Wangge.pathOf(pen, base.street.shapes, (i) => base.street.kind[i] === k, false);
      ctx.setLineDash(c.dash && !casing ? c.dash : []);
      ctx.lineCap = c.dash ? "butt" : "round";
      ctx.lineWidth = casing ? px + 1.6 : px;
      ctx.strokeStyle = casing || plain || c.dash ? c.casing : c.fill;
      ctx.stroke();
    }
  ctx.setLineDash([]);
  ctx.lineCap = "round";
};

Wangge.paintBarriers = function (pen, base, palette, kinds) {
  if (!base.barrier) return;
  const { ctx } = pen;
  for (const kind of kinds) {
    const look = palette.barrier[kind], k = base.barrier.kinds.indexOf(kind);
    if (k < 0 || pen.zoom < (look.from_zoom || 0)) continue;
    Wangge.pathOf(pen, base.barrier.shapes, (i) => base.barrier.kind[i] === k, false);
    const px = Math.max(look.min_px, look.width_m * pen.perMetre);
    ctx.setLineDash([]);
    ctx.lineWidth = px;
    ctx.strokeStyle = look.line;
    ctx.stroke();
    if (look.under) {
      ctx.lineCap = "butt";
      ctx.setLineDash(look.dash);
      ctx.lineWidth = px * 0.5;
      ctx.strokeStyle = look.under;
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.lineCap = "round";
    }
  }
};

// Whiten what lies outside the area of the map, and draw its border.
Wangge.paintOutline = function (pen, base, palette) {
  if (!base.outline) return;
  const { ctx } = pen, { ground, outline } = palette;
  Wangge.pathOf(pen, base.outline.shapes, () => true, true);
  ctx.lineWidth = outline.width;
  ctx.strokeStyle = outline.line;
  ctx.setLineDash(outline.dash);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.rect(0, 0, pen.width, pen.height);
  ctx.globalAlpha = ground.veil;
  ctx.fillStyle = ground.outside;
  ctx.fill("evenodd");
  ctx.globalAlpha = 1;
};

Wangge.hatch = function (ctx, colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const t = tile.getContext("2d");
  t.strokeStyle = colour;
  t.lineWidth = 1.3;
  for (const d of [-8, 0, 8]) {
    t.moveTo(d - 1, 9);
    t.lineTo(d + 9, -1);
  }
  t.stroke();
  return ctx.createPattern(tile, "repeat");
};

// Fill and outline the shapes of a sheet, one style after the other.
Wangge.paintSheet = function (pen, sheet, palette) {
  const { ctx } = pen;
  sheet.styles.forEach((name, s) => {
    const look = palette.style[name];
    if (look.symbol) return;
    const closed = look.fill !== undefined;
    Wangge.pathOf(pen, sheet.shapes, (i) => sheet.style[i] === s, closed);
    if (closed && look.opacity > 0) {
      ctx.globalAlpha = look.opacity;
      ctx.fillStyle = look.fill;
      ctx.fill();
      ctx.globalAlpha = 1;
    }
    if (look.band) Wangge.paintBands(pen, sheet, s, look);
    if (look.hatch) {
      Wangge.pathOf(pen, sheet.shapes, (i) => sheet.style[i] === s, true);
      ctx.globalAlpha = 0.75;
      ctx.fillStyle = Wangge.hatch(ctx, look.hatch);
      ctx.fill();
      ctx.globalAlpha = 1;
    }
  });
  sheet.styles.forEach((name, s) => {
    const look = palette.style[name];
    if (look.symbol || !look.line) return;
    Wangge.pathOf(pen, sheet.shapes, (i) => sheet.style[i] === s, true);
    ctx.lineWidth = look.width;
    ctx.strokeStyle = look.line;
    ctx.stroke();
  });
};

// A band of colour along the inner side of each border: areas differ, the ground stays readable.
Wangge.paintBands = function (pen, sheet, s, look) {
  const { ctx } = pen;
  ctx.globalAlpha = look.band_opacity;
  ctx.strokeStyle = look.fill;
  for (let i = 0; i < sheet.shapes.count; i++) {
    if (sheet.style[i] !== s || !Wangge.meets(sheet.shapes, i, pen.view)) continue;
    ctx.save();
    ctx.beginPath();
    Wangge.trace(pen, sheet.shapes, i, true);
    ctx.clip();
    ctx.lineWidth = 2 * look.band;
    ctx.stroke();
    ctx.restore();
  }
  ctx.globalAlpha = 1;
};

// The symbol a feature wears: its own style, or the mark upon its area; nothing for plain areas.
Wangge.markOf = function (palette, sheet, i) {
  const look = palette.style[sheet.styles[sheet.style[i]]];
  return look.symbol ? look : look.mark ? palette.style[look.mark] : null;
};

// Borders only, in the weight of their level.
Wangge.paintBorders = function (pen, sheet, palette) {
  const look = palette.line[sheet.key];
  if (!look) return;
  Wangge.pathOf(pen, sheet.shapes, () => true, true);
  pen.ctx.lineWidth = look.width;
  pen.ctx.strokeStyle = look.line;
  pen.ctx.stroke();
};

Wangge.SYMBOL = {
  circle: (ctx, r) => ctx.arc(0, 0, r, 0, 7),
  square: (ctx, r) => ctx.rect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8),
  diamond: (ctx, r) => Wangge.corners(ctx, 4, r * 1.1, r * 1.1),
  triangle: (ctx, r) => Wangge.corners(ctx, 3, r * 1.15, r * 1.15),
  star: (ctx, r) => Wangge.corners(ctx, 10, r * 1.1, r * 0.5),
};

// Symbols shrink on small maps; numbered ones stay readable.
Wangge.symbolScale = (zoom, look) => (look.ink || zoom >= 14 ? 1 : zoom >= 13 ? 0.85 : 0.62);

Wangge.corners = function (ctx, count, outer, inner) {
  for (let k = 0; k < count; k++) {
    const r = k % 2 ? inner : outer, turn = (2 * Math.PI * k) / count - Math.PI / 2;
    ctx[k ? "lineTo" : "moveTo"](r * Math.cos(turn), r * Math.sin(turn));
  }
  ctx.closePath();
};

Wangge.paintSymbol = function (ctx, look, x, y, larger) {
  ctx.save();
  ctx.translate(x, y);
  ctx.beginPath();
  Wangge.SYMBOL[look.symbol](ctx, (look.size / 2) * (larger || 1));
  ctx.lineWidth = look.width * 2;
  ctx.strokeStyle = look.line;
  ctx.lineJoin = "round";
  ctx.stroke();
  ctx.fillStyle = look.fill;
  ctx.fill();
  ctx.restore();
};
