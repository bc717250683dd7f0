// A round of work done by one of the official TypeScript clients. Run from a folder that has them:
//   node typescript_round.mjs PACKAGE VERSION stdio|HTTP MARK URL PYTHON
// The client speaks protocol VERSION to a server it starts (stdio) or to the one at URL (http); a
// second one reaches the same store the other way. Each step done is a line on standard output.
import assert from 'node:assert/strict';

const [pkg, version, transport, mark, url, python] = process.argv.slice(2);
const HANDSHAKE = '2025-11-25';
const STEP_MS = 20_000;
const server = { command: python, args: ['-m', 'tidelog', 'serve'], env: environment() };

function environment() {
  const kept = Object.entries(process.env).filter(([name]) => /^(PATH|HOME|LANG|TIDELOG_HOME)$/.test(name));
  return { ...Object.fromEntries(kept) };
}

// The two generations of the SDK differ in their imports, in how an era is chosen, and in how a
// notification is named; the rest of the round is the same code.
const generations = {
  '@modelcontextprotocol/sdk': async () => {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    const { ResourceUpdatedNotificationSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const make = info => new Client(info);
    return { make, StdioClientTransport, StreamableHTTPClientTransport, updated: ResourceUpdatedNotificationSchema };
  },
  '@modelcontextprotocol/client': async () => {
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
    const mode = version === HANDSHAKE ? 'legacy' : 'auto';
    const make = info => new Client(info, { versionNegotiation: { mode } });
    return { make, StdioClientTransport, StreamableHTTPClientTransport, updated: 'notifications/resources/updated' };
  },
};

const sdk = await generations[pkg]();

async function connect(way) {
  const client = sdk.make({ name: 'typescript-client', version: '1' });
  const link = way === 'stdio'
    ? new sdk.StdioClientTransport(server)
    : new sdk.StreamableHTTPClientTransport(new URL(url));
  await client.connect(link);
  return client;
}

async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.content.length, 1, 'an answer is one block');
  assert.equal(result.content[0].type, 'text');
  const said = JSON.parse(result.content[0].text);
  if (result.isError) {
    assert.equal(result.structuredContent, undefined, 'a refusal carries no structured content');
    return { error: said.error };
  }
  assert.deepEqual(result.structuredContent, said, 'text and structured content say the same');
  return { row: said };
}

async function done(name, args) {
  const { row, error } = await call(first, name, args);
  assert.equal(error, undefined, `${name}: ${JSON.stringify(error)}`);
  return row;
}

async function refused(name, args, code) {
  const { error } = await call(first, name, args);
  assert.equal(error?.code, code, `${name} was to be refused`);
  return error;
}

async function step(name, body) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${STEP_MS} ms`)), STEP_MS);
  });
  try {
    const value = await Promise.race([body(), late]);
    console.log(name);
    return value;
  } catch (failure) {
    console.error(`${name}: ${failure.message}`);
    process.exit(1);
  } finally {
    clearTimeout(timer);
  }
}

const column = (rows, name) => rows.map(row => row[name]);
const read = async uri => (await first.readResource({ uri })).contents[0].text;
const complete = async (argument, value) =>
  (await first.complete({ ref: { type: 'ref/prompt', name: 'release_notes' }, argument: { name: argument, value } }))
    .completion.values;

const first = await step('connect', () => connect(transport));
const second = await connect(transport === 'stdio' ? 'HTTP' : 'stdio');

await step('lists', async () => {
  assert.equal(first.getServerVersion().name, 'tidelog');
  if (first.getNegotiatedProtocolVersion) assert.equal(first.getNegotiatedProtocolVersion(), version);
  const { tools } = await first.listTools();
  assert.equal(tools[0].name, 'create_work_item');
  for (const tool of tools) assert.equal(tool.inputSchema.type, 'object');
  assert.equal((await first.listResources()).resources.length, 3);
  assert.equal((await first.listResourceTemplates()).resourceTemplates.length, 2);
  assert.equal((await first.listPrompts()).prompts.length, 5);
});

const [project, task] = await step('create', async () => {
  const parent = await done('create_work_item', {
    item_type: 'PROJECT', title: `Parsers ${mark}`, metadata: '{"description": "Read every statement"}',
  });
  const wanted = {
    item_type: 'task', title: `Fix the date parser ${mark}`, parent_id: parent.ref, labels: '["parser"]',
    assignee: null, client_ref: mark,
  };
  const child = await done('create_work_item', wanted);
  assert.equal((await done('create_work_item', wanted)).id, child.id, 'the same client_ref is the same item');
  return [parent, child];
});

await step('update, stale update', async () => {
  const changed = await done('update_work_item', { id: task.id, version: 1, status: 'BLOCKED' });
  assert.deepEqual([changed.version, changed.status], [2, 'blocked']);
  const stale = await refused('update_work_item', { id: task.id, version: 1, title: 'Stale' }, 'version_conflict');
  assert.equal(stale.current.version, 2);
});

await step('query, list, search', async () => {
  const tree = await done('query_work_item', { id: task.ref, detail: 'full' });
  assert.deepEqual(column(tree.ancestors, 'ref'), [project.ref]);
  assert.equal(tree.created_by, 'typescript-client');
  const under = await done('list_work_items', { under: project.ref, status: 'blocked' });
  assert.deepEqual(column(under.items, 'ref'), [task.ref]);
  const found = await done('list_work_items', { query: `date parser ${mark}` });
  assert.ok(column(found.items, 'ref').includes(task.ref));
});

await step('refusals', async () => {
  await refused('no_such_tool', {}, 'not_found');
  const empty = await refused('create_work_item', { item_type: 'task', title: '' }, 'invalid_arguments');
  assert.equal(empty.field, 'title');
});

await step('resources, prompt, completion', async () => {
  assert.equal(JSON.parse(await read(`tidelog://work-items/${task.ref}`)).id, task.id);
  assert.ok((await read('tidelog://report')).startsWith('#'));
  const prompt = await first.getPrompt({ name: 'triage_blocked', arguments: {} });
  assert.ok(prompt.messages[0].content.text.includes(mark));
  assert.deepEqual(await complete('status', 'comp'), ['completed']);
});

await step('change by another process, notified', async () => {
  const uri = `tidelog://work-items/${task.id}`;
  const notified = new Promise(resolve => {
    first.setNotificationHandler(sdk.updated, notice => resolve(notice.params.uri));
  });
  const stream = version === HANDSHAKE
    ? await first.subscribeResource({ uri })
    : await first.listen({ resourceSubscriptions: [uri] });
  const { row, error } = await call(second, 'update_work_item', { id: task.id, version: 2, status: 'active' });
  assert.equal(row?.version, 3, JSON.stringify(error));
  assert.equal(await notified, uri);
  assert.equal(JSON.parse(await read(uri)).version, 3, 'what the notice was about');
  await (version === HANDSHAKE ? first.unsubscribeResource({ uri }) : stream.close());
});

await step('close', async () => {
  await second.close();
  await first.close();
});
