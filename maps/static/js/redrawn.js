// Areas that change while one looks at them: features in degrees come in, shapes take their place.
"use strict";

Wangge.unitOf = function ([lon, lat]) {
  const world = 256 * 2 ** Wangge.UNIT_ZOOM, y = Math.asinh(Math.tan((lat * Math.PI) / 180));
  return [Math.round(((lon + 180) / 360) * world), Math.round(((1 - y / Math.PI) / 2) * world)];
};

// One sheet whose areas are named, and can be replaced one by one.
Wangge.Redrawn = class {
  constructor(sheet, values, nameOf) {
    this.sheet = sheet;
    this.values = values;
    this.nameOf = nameOf;
    this.norm = values.norms[sheet.key];
    this.code = sheet.fields.findIndex((f) => f[1] === "Code");
    this.people = sheet.fields.findIndex((f) => f[1] === "Households");
    this.published = this.read();
    this.reset();
  }

  // The same published areas on a sheet of their own, to be set beside these.
  twin() {
    const other = Object.create(Wangge.Redrawn.prototype, Object.getOwnPropertyDescriptors(this));
    other.sheet = { ...this.sheet, styles: [...this.sheet.styles] };
    other.reset();
    return other;
  }

  read() {
    const s = this.sheet, seen = new Map(), items = [];
    for (let i = 0; i < s.shapes.count; i++) {
      const code = s.rows[i][this.code], times = (seen.get(code) || 0) + 1;
      const { first, start, xs, ys } = s.shapes, from = start[first[i]] || 0, to = start[first[i + 1]] || 0;
      seen.set(code, times);
      items.push({
        ref: times > 1 ? `${code}#${times}` : code, row: s.rows[i], label: s.labels[i], style: s.styles[s.style[i]],
        households: this.people < 0 ? null : s.rows[i][this.people], parent: null, touched: false, was: null,
        xs: xs.slice(from, to), ys: ys.slice(from, to), rings: Array.from(start.slice(first[i], first[i + 1]), (v, k) => start[first[i] + k + 1] - v),
        spot: [s.spot.x[i], s.spot.y[i]],
      });
    }
    return items;
  }

  reset() {
    this.items = new Map(this.published.map((item) => [item.ref, item]));
    this.lay();
  }

  get(ref) { return this.items.get(ref); }

  at(ref) { return this.index.get(ref); }

  ref(i) { return this.refs[i]; }

  // Put areas in place of others; gives the box in which something is drawn otherwise now.
  patch(upsert, drop) {
    const box = Wangge.boxOf({ xs: [], ys: [] }), made = upsert.map((feature) => this.made(feature));
    for (const ref of [...drop, ...made.map((it) => it.ref)]) if (this.items.has(ref)) Wangge.widen(box, this.items.get(ref).box);
    for (const ref of drop) this.items.delete(ref);
    for (const it of made) this.items.set(it.ref, it);
    if (made.length || drop.length) this.lay();
    for (const it of made) Wangge.widen(box, it.box);
    return box;
  }

  made({ geometry, properties: p }) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const xs = [], ys = [], rings = [], before = this.items.get(p.code);
    for (const ring of polygons.flat()) {
      for (const point of ring.slice(0, -1)) { const [x, y] = Wangge.unitOf(point); xs.push(x); ys.push(y); }
      rings.push(ring.length - 1);
    }
    const named = p.name || p.code.slice(-3), over = this.nameOf(p.parent), row = [...(before ? before.row : this.sheet.fields.map(() => null))];
    row[0] = named;
    row[this.code] = p.code;
    if (this.people >= 0) { row[this.people] = p.households; row[this.people + 1] = p.residents; }
    return {
      ref: p.code, row, label: over && named.startsWith(over) ? named.slice(over.length) : named, style: this.style(p, before),
      households: p.households, parent: p.parent, touched: p.touched, was: p.was, xs: Int32Array.from(xs), ys: Int32Array.from(ys), rings, spot: Wangge.unitOf(p.spot),
    };
  }

  style(p, before) {
    const { styles, dedicated } = this.values;
    if (p.kind === "dedicated" && this.norm) return dedicated;
    if (!this.norm) return before ? before.style : this.published.length ? this.published[0].style : "plain";
    const [least, most] = this.norm, edges = [Math.floor(least / 2), least, most + 1, most + Math.floor(most / 2) + 1];
    return styles[edges.filter((edge) => p.households >= edge).length];
  }

  // Lay all areas out again as flat arrays, as the painters read them.
  lay() {
    const items = [...this.items.values()], s = this.sheet, n = items.length;
    const points = items.reduce((sum, it) => sum + it.xs.length, 0), parts = items.reduce((sum, it) => sum + it.rings.length, 0);
    const shapes = { count: n, xs: new Int32Array(points), ys: new Int32Array(points), start: new Int32Array(parts + 1), first: new Int32Array(n + 1), box: new Float64Array(4 * n) };
    const spot = { x: new Float64Array(n), y: new Float64Array(n) };
    let point = 0, part = 0;
    items.forEach((it, i) => {
      shapes.xs.set(it.xs, point);
      shapes.ys.set(it.ys, point);
      let at = point;
      for (const size of it.rings) { at += size; shapes.start[++part] = at; }
      point += it.xs.length;
      shapes.first[i + 1] = part;
      it.box = it.box || Wangge.boxOf(it);
      shapes.box.set(it.box, 4 * i);
      [spot.x[i], spot.y[i]] = it.spot;
    });
    for (const it of items) if (!s.styles.includes(it.style)) s.styles.push(it.style);
    this.refs = items.map((it) => it.ref);
    this.index = new Map(this.refs.map((ref, i) => [ref, i]));
    Object.assign(s, { shapes, spot, order: null, rows: items.map((it) => it.row), labels: items.map((it) => it.label), style: items.map((it) => s.styles.indexOf(it.style)) });
  }

  // What is changed in the plan, the farthest out of the norm first.
  touched() {
    return [...this.items.values()].filter((it) => it.touched).sort((a, b) => Math.abs(this.off(b)) - Math.abs(this.off(a)) || (a.ref < b.ref ? -1 : 1));
  }

  // Households beyond the norm: above 0 too many, below 0 too few.
  off(item) {
    if (!this.norm || item.households === null) return 0;
    const [least, most] = this.norm;
    return item.households > most ? item.households - most : Math.min(0, item.households - least);
  }
};

Wangge.boxOf = function ({ xs, ys }) {
  let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
  for (let k = 0; k < xs.length; k++) {
    west = Math.min(west, xs[k]);
    east = Math.max(east, xs[k]);
    north = Math.min(north, ys[k]);
    south = Math.max(south, ys[k]);
  }
  return [west, north, east, south];
};

Wangge.widen = function (box, [west, north, east, south]) {
  [box[0], box[1], box[2], box[3]] = [Math.min(box[0], west), Math.min(box[1], north), Math.max(box[2], east), Math.max(box[3], south)];
  return box;
};
