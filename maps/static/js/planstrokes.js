// Tools that move ground from one area to another: a border pulled, homes taken over.
"use strict";

Wangge.TOOLS.border = class extends Wangge.Drawing {
  words() { return ["拖动一段边界；或点出新走向，Enter 完成", "Drag a border; or click its new course, then Enter"]; }

  begin() {
    super.begin();
    this.hot = this.pull = null;
    if (this.desk.chosen) this.desk.forms.neighboursMove(this.desk.chosen);
  }

  end() { this.desk.live(null); }

  // The border nearest to a place, of the chosen area if there is one.
  near(at, room) {
    const { desk } = this, reach = room * desk.unit;
    let best = null;
    for (const it of desk.areas.items.values()) {
      if (it.box[0] > at[0] + reach || it.box[2] < at[0] - reach || it.box[1] > at[1] + reach || it.box[3] < at[1] - reach) continue;
      if (desk.chosen && it.ref !== desk.chosen) continue;
      for (const { other, line } of this.borders(it)) {
        const on = Wangge.nearestOn(line, at);
        if (on.far < reach && (!best || on.far < best.far)) best = { ...on, line, one: it, other };
      }
    }
    return best;
  }

  // Kept with the areas: both are replaced when either changes.
  borders(it) {
    const { areas } = this.desk;
    if (it.borders && it.borders.every(({ other }) => areas.get(other.ref) === other)) return it.borders;
    it.borders = Wangge.neighbours(areas, it.ref).flatMap((other) => Wangge.shared(it, other).map((line) => ({ other, line })));
    return it.borders;
  }

  hover(at) {
    const hot = this.points.length ? null : this.near(at, 10);
    if ((hot && hot.line) === (this.hot && this.hot.line)) return;
    this.hot = hot;
    this.desk.map.getContainer().classList.toggle("grip", Boolean(hot));
    this.desk.ink.redraw();
  }

  grip(at) {
    const hot = this.points.length ? null : this.near(at, 12);
    if (!hot) return null;
    return {
      move: (to) => {
        this.pull = Wangge.pulled(hot.line, hot.along, to);
        this.count(hot, this.pull);
      },
      drop: () => {
        const { course } = this.pull;
        this.pull = this.hot = null;
        this.moved(hot, course);
      },
      cancel: () => { this.pull = null; },
    };
  }

  // What lies between the old course and the new goes from the one to the other.
  count(hot, { course, old }) {
    const { desk } = this;
    if (!desk.homes) return;
    const found = desk.homes.count(desk.areas, Wangge.ringOf([...course, ...[...old].reverse()]));
    const gone = found.get(hot.one.ref) || 0, come = found.get(hot.other.ref) || 0;
    desk.live([[hot.one, come - gone], [hot.other, gone - come]]);
  }

  moved({ one, other }, course) {
    return this.desk.do({ op: "move_border", level: this.desk.level, codes: [one.ref, other.ref], course: this.line(course) });
  }

  click(at) { this.add(at); }

  finish() {
    if (this.points.length < 2) return;
    const { desk, points } = this, ends = [points[0], points[points.length - 1]];
    const near = ends.map((end) => this.near(end, 1e4)).filter(Boolean).sort((a, b) => a.far - b.far);
    if (!near.length) return desk.say("附近没有公共边界", "There is no common border near by");
    return this.moved(near[0], points);
  }

  // From the list: the whole border with a neighbour, so many metres outwards.
  shift(ref, metres) {
    const { desk } = this, one = desk.areas.get(desk.chosen), other = desk.areas.get(ref), [line] = Wangge.shared(one, other);
    const by = (metres / desk.metre(one.spot)) * (Wangge.turning(one) > 0 ? 1 : -1);
    desk.preview({ op: "move_border", level: desk.level, codes: [one.ref, ref], course: this.line(Wangge.shifted(line, by)) });
  }

  // The border stays in hand: the next piece of it can be moved at once.
  done() {
    this.desk.live(null);
    this.desk.choose("border");
  }

  paint(ink) {
    if (this.hot && !this.pull) ink.lines([this.hot.line], 5);
    if (this.pull) ink.drawn(this.pull.course);
    super.paint(ink);
  }
};

Wangge.TOOLS.assign = class extends Wangge.Drawing {
  words() {
    if (!this.desk.chosen) return ["先点要接收的网格", "First click the area that takes over"];
    return this.single
      ? ["点楼栋选上或去掉，Enter 划入", "Click buildings on or off, then Enter"]
      : ["按住圈住楼栋，或点出各角再按 Enter；空格键移动地图", "Drag a loop round buildings, or click its corners and press Enter; Space moves the map"];
  }

  begin() {
    super.begin();
    this.picked = new Map();
    this.single = Boolean(this.single);
    if (this.desk.chosen) this.desk.forms.assign(this);
  }

  end() { this.desk.live(null); }

  ready() { return super.ready() || this.picked.size > 0; }

  click(at, ref) {
    const { desk } = this;
    if (!desk.chosen) {
      if (ref) { desk.select(ref); desk.choose("assign"); }
      return undefined;
    }
    if (this.single) return this.pick(at, ref);
    this.add(at);
    this.count();
  }

  grip(at) {
    if (!this.desk.chosen || this.single || this.points.length) return null;
    return {
      move: (to) => {
        const [last] = this.points.length ? this.points.slice(-1) : [at];
        if (!this.points.length) this.points = [at];
        if (Math.hypot(to[0] - last[0], to[1] - last[1]) > 4 * this.desk.unit) this.points.push(to);
        this.count();
      },
      drop: async () => {
        await this.finish();
        this.points = [];
        this.desk.ends();
        this.desk.ink.redraw();
      },
      cancel: () => { this.points = []; },
    };
  }

  count() {
    const { desk } = this;
    if (!desk.homes || this.points.length < 3) return;
    this.tell(desk.homes.count(desk.areas, Wangge.ringOf(this.points)));
  }

  // How the taker and those who give would stand.
  tell(found) {
    const { desk } = this, givers = [...found].filter(([ref]) => ref !== desk.chosen);
    const sum = givers.reduce((all, [, n]) => all + n, 0);
    desk.live([[desk.areas.get(desk.chosen), sum], ...givers.sort((a, b) => b[1] - a[1]).slice(0, 5).map(([ref, n]) => [desk.areas.get(ref), -n])]);
  }

  // One building more or less; the buildings of an area come by request.
  async pick(at, ref) {
    const { desk } = this;
    if (!ref || ref === desk.chosen) return;
    const near = (await desk.homesOf(ref, desk.chosen)).map((home) => ({ home, far: Math.hypot(home.at[0] - at[0], home.at[1] - at[1]) })).sort((a, b) => a.far - b.far)[0];
    if (!near || near.far > 24 * desk.unit) return desk.say("这里没有楼栋，请放大后再点", "No building here: zoom in");
    this.turn(near.home, ref);
  }

  turn(home, ref) {
    if (!this.picked.delete(home.id)) this.picked.set(home.id, { ...home, ref });
    const found = new Map();
    for (const it of this.picked.values()) found.set(it.ref, (found.get(it.ref) || 0) + it.households);
    this.tell(found);
    this.desk.ends();
    this.desk.ink.redraw();
  }

  finish() {
    const { desk } = this, more = { level: desk.level, to: desk.chosen };
    if (this.picked.size) return desk.do({ op: "assign", ...more, buildings: [...this.picked.keys()] });
    if (this.points.length < 3) return undefined;
    const ring = [...this.points, this.points[0]].map(Wangge.lonLat);
    return desk.do({ op: "assign", ...more, lasso: { type: "Polygon", coordinates: [ring] } });
  }

  // Pockets that were cut off are offered in the same breath.
  done(told) {
    const { desk } = this, [fill] = told.offers;
    desk.live(null);
    desk.choose("assign");
    if (fill) desk.forms.fill(fill);
  }

  back() {
    super.back();
    this.count();
  }

  paint(ink) {
    if (this.points.length > 2) ink.shade(this.points);
    super.paint(ink);
    ink.dots([...this.picked.values()].map((home) => home.at));
  }
};
