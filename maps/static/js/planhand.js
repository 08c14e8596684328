// Hands on the desk: pointer and keyboard, told to the tool that is chosen.
"use strict";

Wangge.Hand = class {
  constructor(desk) {
    this.desk = desk;
    this.pressed = 0;
    this.held = null;
    this.panning = this.dragged = false;
    for (const kind of ["keydown", "click", "pointerup"]) window.addEventListener(kind, (e) => { this.pressed = e.timeStamp; }, true);
    document.addEventListener("keydown", (e) => this.key(e));
    document.addEventListener("keyup", (e) => { if (e.key === " ") this.panning = false; });
    const root = desk.map.getContainer();
    root.addEventListener("pointerdown", (e) => this.down(e), true);
    window.addEventListener("pointermove", (e) => this.move(e));
    window.addEventListener("pointerup", (e) => this.up(e));
    window.addEventListener("pointercancel", () => this.drop(false));
    desk.map.on("mousemove", (e) => this.hover(e.latlng));
  }

  key(e) {
    const { desk } = this, letter = e.key.toLowerCase();
    if (e.isComposing || desk.id("help-box").open || e.target.matches("input:not([type=radio]):not([type=checkbox]), select, textarea")) return undefined;
    if ((e.ctrlKey || e.metaKey) && letter === "z") { e.preventDefault(); return desk.turn(e.shiftKey ? "/redo" : "/undo"); }
    if (e.ctrlKey || e.altKey || e.metaKey) return undefined;
    if (e.key === "Escape") return this.held ? this.drop(false) : desk.choose("look");
    if (e.key === "Enter" && !e.target.closest("button, a, summary, label")) return desk.finish();
    if (!desk.id("keys-on").checked) return undefined;
    if (e.key === " " && !e.target.closest("button, a, summary, label, input")) { e.preventDefault(); this.panning = true; return undefined; }
    if (e.key === "Backspace") { e.preventDefault(); return desk.back(); }
    if (Wangge.KEYS[letter]) return desk.id("desk").querySelector(`[data-tool=${Wangge.KEYS[letter]}]`).disabled ? undefined : desk.choose(Wangge.KEYS[letter]);
    if (letter === "n") return desk.panel.next();
    if (letter === "f") return desk.panel.fix();
    if (letter === "g") { e.preventDefault(); return document.querySelector("#list input[type=search]").focus(); }
    return e.key === "?" ? desk.id("help-box").showModal() : undefined;
  }

  // A place in map units.
  at(latlng) {
    const p = this.desk.map.project(latlng, Wangge.UNIT_ZOOM);
    return [p.x, p.y];
  }

  under(hit) { return hit && hit.sheet.key === this.desk.level ? this.desk.areas.ref(hit.i) : null; }

  click(latlng, hit) {
    const { desk } = this, ref = this.under(hit);
    if (this.dragged) { this.dragged = false; return true; }
    if (desk.tool === desk.tools.look && !ref) return false;
    desk.tool.click(this.at(latlng), ref);
    desk.ends();
    desk.ink.redraw();
    return true;
  }

  hover(latlng) {
    const { desk } = this, { tool } = desk;
    if (this.held || tool.hover === Wangge.Tool.prototype.hover) return;
    const hit = Wangge.hit(desk.map, [desk.areas.sheet], desk.scene.palette, latlng);
    tool.hover(this.at(latlng), this.under(hit));
  }

  down(e) {
    const { desk } = this, { map } = desk;
    this.dragged = false;
    if (e.button || !e.isPrimary || this.panning || !e.target.closest(".leaflet-pane") && e.target !== map.getContainer()) return;
    const drag = desk.tool.grip(this.at(map.mouseEventToLatLng(e)));
    if (!drag) return;
    map.dragging.disable();
    this.held = { drag, x: e.clientX, y: e.clientY };
  }

  move(e) {
    const { held, desk } = this;
    if (!held) return;
    if (!this.dragged && Math.hypot(e.clientX - held.x, e.clientY - held.y) < 4) return;
    this.dragged = true;
    held.drag.move(this.at(desk.map.mouseEventToLatLng(e)));
    desk.ink.redraw();
    performance.measure("live", { start: e.timeStamp, end: performance.now() });
  }

  up() { if (this.held) this.drop(this.dragged); }

  // The stroke ends: made, or given up.
  drop(made) {
    const { held, desk } = this;
    if (!held) return;
    this.held = null;
    desk.map.dragging.enable();
    desk.live(null);
    if (made) held.drag.drop();
    else held.drag.cancel();
    desk.ink.redraw();
    setTimeout(() => { this.dragged = false; }, 50);
  }
};
