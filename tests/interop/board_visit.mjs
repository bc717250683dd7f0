// A visit to the board: node board_visit.mjs BOARD WRITER ROOT
// BOARD and WRITER are commands as JSON lists; the writer runs in the folder ROOT.
// Prints a line of JSON for each thing that was tried.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import packaged from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const [boardCommand, writer, root] = [JSON.parse(process.argv[2]), JSON.parse(process.argv[3]), process.argv[4]];
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PATIENCE_MS = 30000;
const complaints = [];

async function tried(what, check) {
  const began = performance.now();
  let note = "", passed = true;
  try {
    note = (await check()) ?? "";
  } catch (failure) {
    passed = false;
    note = String(failure.message ?? failure).slice(0, 1500);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(JSON.stringify({ what, passed, note, seconds }));
}

/** The browser from its npm package, or where that does not run, one that is installed. */
async function launched() {
  try {
    const path = await packaged.executablePath();
    const browser = await chromium.launch({ executablePath: path, args: [...QUIET, "--headless=old"] });
    return [browser, "from npm"];
  } catch (failure) {
    for (const folder of process.env.PATH.split(delimiter)) {
      const path = join(folder, "chromium");
      if (existsSync(path)) return [await chromium.launch({ executablePath: path, args: QUIET }), path];
    }
    throw failure;
  }
}

async function started() {
  const board = spawn(boardCommand[0], [...boardCommand.slice(1), "--no-open"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said = [];
  const lines = createInterface({ input: board.stderr });
  const url = await new Promise((found, lost) => {
    lines.on("line", (line) => {
      said.push(line);
      const address = line.match(/listening on (http\S+)/);
      if (address) found(address[1]);
    });
    lines.on("close", () => lost(new Error(said.join("\n"))));
  });
  return { board, url, said };
}

/** A page that reports whatever goes wrong on it, and whatever it asks of anybody else. */
async function opened(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => { complaints.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`asked ${request.url()}`);
    if (request.headers().referer?.includes("key=")) complaints.push("the secret was in a Referer");
  });
  await page.goto(url);
  return page;
}

const write = (...words) => execFileSync(writer[0], [...writer.slice(1), ...words], { cwd: root });
const card = (page, title, status) =>
  page.locator(`#cards-${status} .card`, { has: page.getByRole("link", { name: title, exact: true }) });

async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate("axe.run()");
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
}

const [browser, whence] = await launched();
const { board, url, said } = await started();
const page = await opened(browser, url);

await tried("loads, without the secret in the address", async () => {
  assert.equal(new URL(page.url()).search, "");
  assert.equal(await page.locator(".card").count(), 24);
  return `Chromium ${browser.version()} ${whence}`;
});

await tried("titles and texts that are markup do nothing", async () => {
  await page.locator("#cards-active a", { hasText: "<script>" }).click();
  assert.match(await page.locator("h1").textContent(), /<script>alert\(1\)<\/script>/);
  assert.equal(await page.locator("img, main script").count(), 0);
  assert.equal(await page.locator(".prose strong").textContent(), "Why");
  await page.goBack();
});

await tried("filters as one types; the address holds the view", async () => {
  await page.keyboard.press("/");
  await page.keyboard.type("pars");
  await page.waitForFunction(() => document.querySelectorAll(".card").length === 1);
  assert.equal(new URL(page.url()).search, "?q=pars");
  await page.reload();
  assert.equal(await page.locator(".card h3").textContent(), "Parse the dates");
  await page.getByRole("link", { name: "Clear filters" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".card").length === 24);
  await page.selectOption("select[name=label]", "later");
  await page.waitForFunction(() => document.querySelectorAll(".card").length === 20);
});

await tried("shows others' changes; place and focus stay", async () => {
  await page.getByRole("link", { name: "Clear filters" }).click();
  await card(page, "Parse the dates", "blocked").waitFor();
  const column = page.locator("#cards-planned");
  await column.evaluate((list) => list.scrollTo(0, 700));
  await page.locator("input[name=q]").focus();
  const before = await column.evaluate((list) => list.scrollTop);
  write("move", "Parse the dates", "active");
  const began = performance.now();
  await card(page, "Parse the dates", "active").waitFor();
  const waited = performance.now() - began;
  assert.equal(await column.evaluate((list) => list.scrollTop), before);
  assert.ok(before > 0);
  assert.equal(await page.evaluate(() => document.activeElement.name), "q");
  return `${waited.toFixed(0)} ms after that process had ended`;
});

await tried("moves a card with the keyboard alone", async () => {
  await card(page, "Publish", "active").locator("summary").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.value), "planned");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await card(page, "Publish", "blocked").waitFor();
  assert.match(await page.locator("#said").textContent(), /is blocked now\.$/);
  const place = await page.evaluate(() => document.activeElement.closest(".card")?.dataset.status);
  assert.equal(place, "blocked", "the focus goes with the card");
});

await tried("moves a card with the mouse, signed as the person", async () => {
  await card(page, "Collect samples", "completed").dragTo(page.locator("#column-planned"));
  await card(page, "Collect samples", "planned").waitFor();
  await page.locator("#changes li", { hasText: "Ada" }).first().waitFor();
});

await tried("says in words when somebody was faster", async () => {
  await page.route("**/*", (route) => (route.request().method() === "GET" ? route.abort() : route.continue()));
  write("move", "Publish", "completed");
  const stale = card(page, "Publish", "blocked");
  await stale.locator("summary").click();
  await stale.getByRole("button", { name: "Planned" }).click();
  await page.locator("#said", { hasText: "copilot was faster" }).waitFor();
  await page.unroute("**/*");
  complaints.length = 0; // of what was kept away from it
  await page.reload();
  await card(page, "Publish", "completed").waitFor();
});

await tried("works without scripts", async () => {
  const plain = await opened(browser, url, { javaScriptEnabled: false });
  await card(plain, "Later 7", "planned").getByRole("link").click();
  await plain.getByRole("button", { name: "Active", exact: true }).click();
  assert.equal(await plain.locator("h1 + .facts .mark").textContent(), "active");
  await plain.goto(new URL("/?q=pars", url).href);
  assert.equal(await plain.locator(".card").count(), 1);
});

await tried("axe finds no fault: wide, narrow, light, dark", async () => {
  for (const width of [1280, 390]) {
    for (const colorScheme of ["light", "dark"]) {
      const look = await opened(browser, url, { viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      await accessible(look);
      const wide = await look.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px wider than the screen of ${width}`);
      await look.locator(".card a").first().click();
      await accessible(look);
      await look.context().close();
    }
  }
});

await tried("no error, and nothing asked of anybody else", async () => {
  assert.deepEqual(complaints, []);
});

await tried("says when the board has ended", async () => {
  board.kill("SIGINT");
  await page.locator("#gone", { hasText: "tidelog board" }).waitFor();
  if (board.exitCode === null) await new Promise((ended) => board.once("exit", ended));
  assert.equal(board.exitCode, 0);
  assert.ok(!said.join("\n").includes("Traceback"), said.join("\n"));
});

await browser.close();
board.kill("SIGKILL"); // where it has not ended by itself
