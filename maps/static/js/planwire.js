// The wire of a scenario: one request after the other, each with the step that was seen.
"use strict";

Wangge.Plan = class {
  constructor(revision) {
    this.revision = revision;
    this.link = "";
    this.step = 0;
    this.turn = Promise.resolve();
  }

  async call(path, { method = "GET", body, headers = {} } = {}) {
    const sent = body === undefined ? {} : { "Content-Type": "application/json" };
    const answer = await fetch("/v1/scenarios" + path, { method, headers: { ...sent, ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
    const value = await answer.json();
    if (answer.ok) return value;
    const hint = value.hint_zh ? "。" + value.hint_zh : "";
    throw Object.assign(new Error((value.title || "服务暂时不可用，请重试") + hint), { code: value.code, where: value.where || [] });
  }

  listed() { return this.call("?state=open"); }

  create(name) { return this.call("", { method: "POST", body: { name } }); }

  at(more = "") { return "/" + encodeURIComponent(this.link) + more; }

  async read(link = this.link) {
    const seen = await this.call("/" + encodeURIComponent(link) + "?against=" + this.revision);
    this.link = seen.link;
    this.step = seen.step;
    return seen;
  }

  // Steps wait for each other; the tag says which one was seen last.
  make(path, body, dry = false) {
    const run = async () => {
      const told = await this.call(this.at(path + (dry ? "?dry_run=true" : "")), { method: "POST", body, headers: { "If-Match": `"${this.step}"` } });
      if (!dry) this.step = told.step;
      return told;
    };
    const mine = this.turn.then(run, run);
    this.turn = mine.catch(() => {});
    return mine;
  }
};
