// The wire of a scenario: one step after the other, each with the step that was seen.
"use strict";

Wangge.Plan = class {
  constructor(revision) {
    this.revision = revision;
    this.link = "";
    this.step = 0;
    this.turn = Promise.resolve();
    this.waiting = 0;
    this.who = localStorage.getItem("wangge.planner") || `规划员${100 + Math.floor(900 * Math.random())}`;
  }

  called(name) {
    this.who = name.trim() || this.who;
    localStorage.setItem("wangge.planner", this.who);
  }

  async ask(address, options) { return (await this.answered(address, options))[0]; }

  // What was answered, and its headers.
  async answered(address, { method = "GET", body, headers = {}, ...more } = {}) {
    const sent = { "X-Planner": encodeURIComponent(this.who), ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
    const answer = await fetch(address, { method, headers: { ...sent, ...headers }, body: body === undefined ? undefined : JSON.stringify(body), ...more });
    if (answer.status === 204) return [null, answer.headers];
    const value = await answer.json();
    if (answer.ok) return [value, answer.headers];
    throw Object.assign(new Error(value.title || "服务暂时不可用，请重试"), {
      en: value.detail || "not available now", hint: [value.hint_zh || "", value.hint || ""], code: value.code, where: value.where || [],
    });
  }

  call(path, options) { return this.ask("/v1/scenarios" + path, options); }

  of(more = "", options) { return this.call(`/${encodeURIComponent(this.link)}${more}`, options); }

  told(more) { return this.answered(`/v1/scenarios/${encodeURIComponent(this.link)}${more}`); }

  listed() { return this.call("?state=open"); }

  create(name) { return this.call("", { method: "POST", body: { name } }); }

  shown(link) { return this.call(`/${encodeURIComponent(link)}?against=${this.revision}`); }

  async read(link = this.link) {
    const seen = await this.shown(link);
    this.link = seen.link;
    this.step = seen.step;
    return seen;
  }

  // Steps wait for each other; the tag says which one was seen last.
  make(path, body, { dry = false } = {}) {
    const run = async () => {
      const told = await this.of(path + (dry ? "?dry_run=true" : ""), { method: "POST", body, headers: { "If-Match": `"${this.step}"` } });
      if (!dry) this.step = told.step;
      return told;
    };
    this.waiting++;
    const mine = this.turn.then(run, run).finally(() => { this.waiting--; });
    this.turn = mine.catch(() => {});
    return mine;
  }
};
